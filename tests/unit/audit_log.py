"""A log of two months, on the disk, for tests that tamper with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from pci.audit import Event, Kind, Verdict, head_of, verify
from pci.audit.journal import Journal

KEY = b"k" * 32
NOVEMBER, DECEMBER = datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 12, 1, 1, tzinfo=UTC)
FILES = ("2026-11.jsonl", "2026-12.jsonl")


def happened(resource: str, kind: Kind = Kind.CARD_STORED, success: bool = True, detail: str = "") -> Event:
    """Something that happened."""
    return Event("2026-11-30T23:00:00.000000+00:00", kind, "uid:1001", "pid:7", resource, success, detail)


def journal(folder: Path) -> Journal:
    """A process that writes to the log in the folder."""
    return Journal(folder, KEY, head_of(folder), lambda kind, what, detail, good: happened(what, kind, good, detail))


def verdict(folder: Path) -> Verdict:
    """What `pci audit verify` finds."""
    return verify(folder, KEY, head_of(folder))


def fill(folder: Path) -> Path:
    """Six records in each of two months."""
    writer = journal(folder)
    for month, now in (("11", NOVEMBER), ("12", DECEMBER)):
        for number in range(5):
            assert writer.append([happened(f"token:{month}-{number}")], now) == []
    return folder


@contextmanager
def copy_of(folder: Path) -> Iterator[Path]:
    """A log like it, to tamper with."""
    with TemporaryDirectory() as place:
        yield copytree(folder, Path(place) / "audit")
