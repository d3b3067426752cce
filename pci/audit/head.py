"""How far the chain goes, kept apart from the log, so that a log whose end was cut off is noticed.

A table of one row: in the card side's database, or, for a process that has none, in a file of its own. The head is
written after the lines it speaks of are on the disk: after a crash it may be behind the log, and never before it.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pci.audit.chain import START, Place

_BUSY_SECONDS: Final = 5.0
_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS audit_head (
        one   INTEGER PRIMARY KEY CHECK (one = 1),
        count INTEGER NOT NULL,
        mac   TEXT NOT NULL,
        file  TEXT NOT NULL,
        size  INTEGER NOT NULL,
        seal  TEXT NOT NULL  -- of all above: nobody without the key can set the head back to a number of choice
    ) STRICT
"""
_SAVE: Final = "INSERT OR REPLACE INTO audit_head VALUES (1, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Head:
    """The last place that is known to be on the disk: the file it is in, and where in it the next line begins."""

    place: Place = START
    file: str = ""
    size: int = 0  # bytes


class Heads:
    """Reads and writes the head. `path` is an SQLite file."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key

    def load(self) -> Head | None:
        """The head as it was saved; None if it never was, is gone, or was altered."""
        if not self._path.exists():
            return None
        with self._connected() as database:
            row = database.execute("SELECT count, mac, file, size, seal FROM audit_head").fetchone()
        if row is None:
            return None
        head = Head(Place(row[0], row[1]), row[2], row[3])
        return head if hmac.compare_digest(row[4], self._seal(head)) else None

    def save(self, head: Head) -> None:
        """On the disk when it returns; OSError if it cannot be."""
        if not self._path.exists():
            self._path.touch(mode=0o600)
        row = (head.place.count, head.place.mac, head.file, head.size, self._seal(head))
        with self._connected() as database:
            database.execute(_SAVE, row)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous=FULL")
                database.execute(_TABLE)
                yield database
        except sqlite3.Error:
            raise OSError(None, "the head of the audit log cannot be read or written", str(self._path)) from None

    def _seal(self, head: Head) -> str:
        said = f"head {head.place.count} {head.place.mac} {head.file} {head.size}"
        return hmac.digest(self._key, said.encode(), "sha256").hex()


def head_of(folder: Path) -> Path:
    """Where the head is for a log that has no database to keep it in."""
    return folder / "head.sqlite"
