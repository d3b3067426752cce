"""Look for a card number where it must not be: in a process's memory, in files, in what went over its sockets.

A search that finds nothing proves something only if it would have found something: `tests/security` plants the
number in each place and encoding, and this search has to find it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class Find:
    """One place where a number was found. It names the encoding, never the number."""

    where: str
    encoding: str
    offset: int


def encodings_of(number: str) -> dict[str, bytes]:
    """The ways in which a number of ASCII digits may lie about."""
    plain = number.encode()
    groups = [number[i : i + 4] for i in range(0, len(number), 4)]
    forms = {
        "ascii": plain,
        "reversed": plain[::-1],
        "spaced": " ".join(groups).encode(),
        "dashed": "-".join(groups).encode(),
        "comma separated digits": ",".join(number).encode(),
        "utf-16": number.encode("utf-16-le"),
        "utf-32": number.encode("utf-32-le"),
        "hex": plain.hex().encode(),
        "bcd": bytes.fromhex(number.ljust(len(number) + len(number) % 2, "f")),
        "int64": int(number).to_bytes(8, "little"),
    }
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + plain)
        forms[f"base64 +{shift}"] = whole[(4 if shift else 0) : len(whole) // 4 * 4 - 4]
    # a number such as 4000…0002 packs into bytes that lie about in any memory: such a find would prove nothing
    return {name: form for name, form in forms.items() if b"\0\0\0\0" not in form}


def search_bytes(data: bytes | bytearray | memoryview, number: str, where: str, base: int = 0) -> Iterator[Find]:
    """Where `number` lies in `data`."""
    for encoding, needle in encodings_of(number).items():
        for match in re.finditer(re.escape(needle), data):
            yield Find(where, encoding, base + match.start())


def search_files(folder: Path, number: str) -> Iterator[Find]:
    """Where `number` lies in the files under `folder`."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        yield from search_bytes(path.read_bytes(), number, str(path))


def search_memory(pid: int, number: str) -> Iterator[Find]:
    """Where `number` lies in the writable memory of a process (needs the right to trace it)."""
    overlap = max(map(len, encodings_of(number).values())) - 1
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in _writable_regions(pid):
            tail, at = b"", start
            while at < end:
                memory.seek(at)
                try:
                    piece = memory.read(min(CHUNK, end - at))
                except OSError:  # a region that went away, or that the kernel keeps to itself
                    break
                if not piece:
                    break
                yield from search_bytes(tail + piece, number, f"memory of process {pid}", at - len(tail))
                tail, at = piece[-overlap:], at + len(piece)


def _writable_regions(pid: int) -> Iterator[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, flags, *_ = line.split()
        if flags.startswith("rw"):
            start, end = span.split("-")
            yield int(start, 16), int(end, 16)


def keys_in_events(traffic: bytes | bytearray) -> str:
    """The keys that Asterisk reported in the ARI events of recorded `traffic`, in order."""
    found = re.finditer(rb'"type":\s*"ChannelDtmfReceived"[^\x00]{0,400}?"digit":\s*"(.)"', traffic)
    return "".join(match[1].decode("ascii", "replace") for match in found)


def card_digits_in(log: list[dict[str, object]], number: str) -> int:
    """How many log lines hold `number` in any encoding."""
    return sum(1 for line in log if any(search_bytes(json.dumps(line).encode(), number, "log")))
