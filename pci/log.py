"""JSON lines on stdout: constant events with fields from a list. What is not on the list is not written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

FIELDS: Final = frozenset(
    {
        "event", "level", "timestamp", "logger",
        "app", "reason", "error", "advice",
        "call_id", "capture_id", "channel_id", "charge_id", "order_id", "outcome", "state", "processor",
        "socket", "kek_id", "looks", "status", "resource", "rule", "verb",
    }
)  # fmt: skip
# the last net, not the defence: a run of digits as long as a card number is not written, whatever it is
_LONG_NUMBER: Final = re.compile(r"\d{12,}")

log = structlog.get_logger("pci")


def set_up(to: TextIO | None = None) -> None:
    """Send the log lines of this process, its libraries' too, to stdout or `to`. No exception's text is written."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            allow_listed,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(to or sys.stdout),
    )
    logging.basicConfig(handlers=[_Library()], level=logging.WARNING, force=True)
    logging.raiseExceptions = False
    sys.excepthook = _crashed


def allow_listed(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the fields that are on the list; name those that are not, without their values."""
    kept = {name: _harmless(value) for name, value in line.items() if name in FIELDS}
    if dropped := sorted(line.keys() - FIELDS):
        kept["dropped"] = dropped
    return kept


def _harmless(value: object) -> object:
    match value:
        case str():
            return without_numbers(value)
        case int() if abs(value) < 10**10:
            return value
    return None


def without_numbers(text: str) -> str:
    """The first 200 characters; a run of digits as long as a card number is left out."""
    return _LONG_NUMBER.sub("…", text[:200])


class _Library(logging.Handler):
    """What libraries have to say: who and how bad, never the text, which may hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log.warning("library_warned", logger=record.name, reason=record.levelname.lower(), error=error)


def _crashed(kind: type[BaseException], _: BaseException, __: TracebackType | None) -> None:
    log.critical("crashed", error=kind.__name__)
