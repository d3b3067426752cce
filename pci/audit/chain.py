"""One line of the log: what it says, and how it is tied to the line before it.

    {"n":7,"time":"2026-11-22T10:00:00.000000+00:00","kind":"card-stored","user":"uid:1001","origin":"pid:4711",
     "resource":"token:tok_…","success":true,"detail":"","prev":"<mac of 6>","mac":"<HMAC-SHA-256 of all before it>"}

Each line proves itself (nobody without the key can write or change one) and names its number and its predecessor.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from pci.log import without_numbers

LONGEST_LINE: Final = 16 * 1024  # bytes
_MAC: Final = b',"mac":"'
_acting: Final[ContextVar[tuple[str, str] | None]] = ContextVar("acting", default=None)


class Kind(StrEnum):
    """What can happen. In brackets: the requirement of PCI DSS 4.0.1 that asks for it."""

    STARTED = "process-started"  # 10.2.1.6
    STOPPED = "process-stopped"  # 10.2.1.6
    CAPTURE_BEGAN = "capture-began"  # 10.2.1.1
    CAPTURE_STEERED = "capture-steered"
    CAPTURE_PAUSED = "capture-paused"
    CAPTURE_ENDED = "capture-ended"
    RECORDER_PAUSED = "recorder-paused"  # Asterisk has confirmed it
    RECORDER_RESUMED = "recorder-resumed"
    HEARING_BEGAN = "hearing-began"  # the call side is told what a caller says, outside of a capture
    HEARING_ENDED = "hearing-ended"
    CARD_STORED = "card-stored"  # 10.2.1.7
    CARD_KEPT = "card-kept"
    CARD_FORGOTTEN = "card-forgotten"  # 10.2.1.7
    CARDS_PURGED = "cards-purged"  # 10.2.1.7
    CHARGE_REQUESTED = "charge-requested"  # 10.2.1.1: the card is taken out of the vault for it
    CHARGE_ANSWERED = "charge-answered"
    COLLECT_REQUESTED = "collect-requested"
    VOID_REQUESTED = "void-requested"
    REQUEST_REFUSED = "request-refused"  # 10.2.1.4
    KEY_CREATED = "key-created"  # 10.2.1.7
    AUDIT_VERIFIED = "audit-verified"  # 10.2.1.3
    AUDIT_SHOWN = "audit-shown"  # 10.2.1.3
    FILE_BEGAN = "audit-file-began"  # 10.2.1.6: always the first line of a file
    AUDIT_MENDED = "audit-mended"  # 10.2.1.6: what a crash left half-written was cut off; it was never acknowledged
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Event:
    """What PCI DSS 10.2.2 wants to know: who, what, when, whether it worked, from where, and what it was done to."""

    time: str  # ISO 8601, UTC
    kind: str  # one of Kind; a newer version may have more
    user: str
    origin: str
    resource: str
    success: bool
    detail: str = ""  # a constant, such as the outcome of a capture


@dataclass(frozen=True, slots=True)
class Place:
    """How far the chain goes: the number of its last line and that line's seal."""

    count: int
    mac: str


START: Final = Place(0, "0" * 64)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that proved itself."""

    place: Place
    prev: str
    event: Event


@contextmanager
def acting_as(user: str, origin: str) -> Iterator[None]:
    """Until the block ends, and in every task that is begun in it, this is who acts."""
    token = _acting.set((user, origin))
    try:
        yield
    finally:
        _acting.reset(token)


def actor() -> tuple[str, str] | None:
    """Who acts here, and from where; None for the process itself."""
    return _acting.get()


def write_line(key: bytes, before: Place, event: Event) -> tuple[bytes, Place]:
    """The line that comes after `before`, and how far the chain goes with it."""
    said = asdict(event)
    said |= {name: without_numbers(value) for name, value in said.items() if isinstance(value, str)}
    count = before.count + 1
    body = json.dumps({"n": count} | said | {"prev": before.mac}, separators=(",", ":"))[:-1].encode()
    mac = _seal(key, body)
    return body + _MAC + mac.encode() + b'"}\n', Place(count, mac)


def read_line(key: bytes, line: bytes) -> Entry | None:
    """What a line says; None if it is not, byte for byte, as this log wrote it."""
    body, _, seal = line.rpartition(_MAC)
    mac = _seal(key, body)
    if not hmac.compare_digest(seal, mac.encode() + b'"}\n'):
        return None
    fields: dict[str, Any] = json.loads(body + b"}")
    place, prev = Place(fields.pop("n"), mac), fields.pop("prev")
    return Entry(place, prev, Event(**fields))


def _seal(key: bytes, body: bytes) -> str:
    return hmac.digest(key, body, "sha256").hex()
