"""What the stand-in has booked: one SQLite file, each entry on the disk before it is answered.

It holds no card number and no security code: brand and last four digits only.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

_SCHEMA: Final = """
    CREATE TABLE entries (
        reference       TEXT PRIMARY KEY,
        idempotency_key TEXT UNIQUE,
        order_id        TEXT,
        amount          INTEGER,  -- minor units; null: a void came for a charge that was never seen
        currency        TEXT,
        brand           TEXT,
        last4           TEXT,
        moto            INTEGER,
        hold            INTEGER,
        stored_card     INTEGER,
        state           TEXT NOT NULL CHECK (state IN ('approved', 'authorized', 'declined', 'voided')),
        decline_code    TEXT,
        approval_code   TEXT,
        created         TEXT NOT NULL,
        collected       TEXT,
        voided          TEXT
    ) STRICT
"""
_VERSION: Final = 1
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Booking:
    """A charge as the ledger keeps it."""

    reference: str
    idempotency_key: str
    order_id: str
    amount: int
    currency: str
    brand: str
    last4: str
    moto: bool
    hold: bool
    stored_card: bool


class Refused(Exception):
    """The ledger already has something else under this key or reference. `args[0]` is the error code."""


class Ledger:
    """The entries. Calls block for as long as the disk takes: a stand-in has few clients."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._migrate()

    def _migrate(self) -> None:
        """A new file gets the table; the entries of one that an earlier version made move to the new table."""
        if self._database.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
            return
        earlier = self._database.execute("SELECT name FROM pragma_table_info('entries')").fetchall()
        names = ", ".join(row["name"] for row in earlier)
        self._database.execute("BEGIN IMMEDIATE")
        if earlier:
            self._database.execute("ALTER TABLE entries RENAME TO earlier")
        self._database.execute(_SCHEMA)
        if earlier:
            self._database.execute(f"INSERT INTO entries ({names}) SELECT {names} FROM earlier")  # noqa: S608
            self._database.execute("DROP TABLE earlier")
        self._database.execute(f"PRAGMA user_version={_VERSION}")
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def find(self, reference: str) -> Entry | None:
        """The entry of a reference."""
        return self._one("SELECT * FROM entries WHERE reference = ?", reference)

    def entries(self) -> list[Entry]:
        """Everything, oldest first."""
        return [dict(row) for row in self._database.execute("SELECT * FROM entries ORDER BY created, rowid")]

    def replay(self, booking: Booking) -> Entry | None:
        """The entry that this very booking made before; `Refused` if its key or reference was used for another."""
        entry = self._one("SELECT * FROM entries WHERE idempotency_key = ?", booking.idempotency_key)
        if entry is None:
            other = self.find(booking.reference)
            if other is not None:
                raise Refused("voided" if other["state"] == "voided" else "reference_in_use")
            return None
        if any(entry[field] != value for field, value in asdict(booking).items()):
            raise Refused("idempotency_key_reused")
        return entry

    def book(self, booking: Booking, decline_code: str | None) -> Entry:
        """Write a decision down. Call it only after `replay` said that there is none, with no `await` in between."""
        approved = "authorized" if booking.hold else "approved"
        entry: Entry = {
            **asdict(booking),
            "state": "declined" if decline_code else approved,
            "decline_code": decline_code,
            "approval_code": None if decline_code else secrets.token_hex(3).upper(),
            "created": _now(),
            "collected": None,
            "voided": None,
        }
        self._insert(entry)
        return entry

    def collect(self, reference: str) -> Entry | None:
        """Take what is held; what was collected, voided or declined before stays so. None if it was never seen."""
        self._database.execute(
            "UPDATE entries SET state = 'approved', collected = ? WHERE reference = ? AND state = 'authorized'",
            (_now(), reference),
        )
        return self.find(reference)

    def void(self, reference: str) -> Entry:
        """Undo what is approved or held; forbid what was never seen. What was declined moves no money as it is."""
        self._database.execute(
            "UPDATE entries SET state = 'voided', voided = ?"
            " WHERE reference = ? AND state IN ('approved', 'authorized')",
            (_now(), reference),
        )
        if self.find(reference) is None:
            now = _now()
            self._insert({"reference": reference, "state": "voided", "created": now, "voided": now})
        return self._one("SELECT * FROM entries WHERE reference = ?", reference) or {}

    def _insert(self, entry: Entry) -> None:
        names, marks = ", ".join(entry), ", ".join("?" * len(entry))
        self._database.execute(f"INSERT INTO entries ({names}) VALUES ({marks})", tuple(entry.values()))  # noqa: S608

    def _one(self, query: str, value: str) -> Entry | None:
        row = self._database.execute(query, (value,)).fetchone()
        return dict(row) if row else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
