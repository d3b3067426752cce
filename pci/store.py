"""The card side's own SQLite file: encrypted cards and the charges made with them.

One connection, one transaction at a time, every commit on the disk before it returns (synchronous=FULL): what was
decided about money survives a power cut.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, Self

import aiosqlite

from pci.errors import StoreFailed, StoreInUse, StoreTooNew

# entry n brings a file from user_version n to n + 1; published entries are never edited
_MIGRATIONS: Final = (
    """
    CREATE TABLE tokens (
        token       TEXT PRIMARY KEY,
        created     INTEGER NOT NULL,  -- unix time, seconds
        kek_id      TEXT NOT NULL,
        wrapped_key BLOB NOT NULL,     -- the record's own data key, wrapped by the KEK
        number      BLOB NOT NULL,     -- nonce, ciphertext, tag
        expiry      BLOB NOT NULL      -- nonce, ciphertext, tag
    ) STRICT;
    CREATE TABLE charges (
        charge_id           TEXT PRIMARY KEY,
        order_id            TEXT NOT NULL,
        capture_id          TEXT NOT NULL UNIQUE,  -- a captured card is charged once
        state               TEXT NOT NULL,
        amount              INTEGER NOT NULL CHECK (amount > 0),  -- minor units
        currency            TEXT NOT NULL,
        token               TEXT REFERENCES tokens ON DELETE SET NULL,
        brand               TEXT NOT NULL,
        last4               TEXT NOT NULL,
        decline_reason      TEXT,
        approval_code       TEXT,
        processor           TEXT NOT NULL,
        processor_reference TEXT,  -- null: nothing that could move money has left
        void_asked          INTEGER NOT NULL DEFAULT 0,  -- from here on this charge can only end without money moved
        created             REAL NOT NULL,  -- unix time, seconds
        updated             REAL NOT NULL
    ) STRICT;
    CREATE INDEX charges_by_token ON charges (token);
    -- two calls that pay the same order, at once or one after the other: refused here, whatever the code does
    CREATE UNIQUE INDEX one_charge_per_order ON charges (order_id) WHERE state IN ('pending', 'unknown', 'approved');
    """,
    # cards are kept only when asked to be, charges are made with kept cards too, and a bank may hold an amount first
    """
    CREATE TABLE charges_2 (
        charge_id           TEXT PRIMARY KEY,
        order_id            TEXT NOT NULL,
        capture_id          TEXT UNIQUE,  -- a captured card is charged once (null: a kept card was charged)
        action              TEXT NOT NULL CHECK (action IN ('charge', 'authorize')),
        state               TEXT NOT NULL,
        closing             TEXT CHECK (closing IN ('collect', 'void')),  -- asked of an authorized one
        amount              INTEGER NOT NULL CHECK (amount > 0),  -- minor units
        currency            TEXT NOT NULL,
        token               TEXT,  -- the card as it was called, whether or not it is kept still
        brand               TEXT NOT NULL,
        last4               TEXT NOT NULL,
        decline_reason      TEXT,
        approval_code       TEXT,
        processor           TEXT NOT NULL,
        processor_reference TEXT,  -- null: nothing that could move money has left
        void_asked          INTEGER NOT NULL DEFAULT 0,  -- from here on this charge can only end without money moved
        created             REAL NOT NULL,  -- unix time, seconds
        updated             REAL NOT NULL,
        CHECK (capture_id IS NOT NULL OR token IS NOT NULL)
    ) STRICT;
    INSERT INTO charges_2
        SELECT charge_id, order_id, capture_id, 'charge', state, NULL, amount, currency, token, brand, last4,
            decline_reason, approval_code, processor, processor_reference, void_asked, created, updated
        FROM charges;
    DROP TABLE charges;
    ALTER TABLE charges_2 RENAME TO charges;
    CREATE UNIQUE INDEX one_charge_per_order ON charges (order_id)
        WHERE state IN ('pending', 'unknown', 'authorized', 'approved');
    -- nobody could ask for a card to be kept so far, and what was captured before a restart cannot be charged
    DROP TABLE tokens;
    CREATE TABLE tokens (
        token       TEXT PRIMARY KEY,
        created     INTEGER NOT NULL,  -- unix time, seconds
        kept        INTEGER,           -- unix time when it was kept, or charged last (null: soon destroyed)
        brand       TEXT NOT NULL,
        last4       TEXT NOT NULL,
        kek_id      TEXT NOT NULL,
        wrapped_key BLOB NOT NULL,     -- the record's own data key, wrapped by the KEK
        number      BLOB NOT NULL,     -- nonce, ciphertext, tag
        expiry      BLOB NOT NULL      -- nonce, ciphertext, tag
    ) STRICT;
    """,
)


class Store:
    """The database of the card side. Open it with `Store.open`."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Self]:
        """Open the file, made private (0600) if it is new, and bring its schema up to date.

        `StoreTooNew` if a newer version wrote it, `StoreInUse` if another process has it open.
        """
        with _alone_with(path):
            async with aiosqlite.connect(path, isolation_level=None) as connection:
                connection.row_factory = aiosqlite.Row
                for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
                    await connection.execute(f"PRAGMA {pragma}")
                store = cls(connection)
                await store._migrate()
                await store.scrub()
                yield store

    async def _migrate(self) -> None:
        async with self.transaction() as database:
            rows = await database.execute_fetchall("PRAGMA user_version")
            version = int(next(iter(rows))[0])
            if version > len(_MIGRATIONS):
                raise StoreTooNew
            for migration in _MIGRATIONS[version:]:
                for statement in filter(str.strip, migration.split(";")):
                    await database.execute(statement)
            await database.execute(f"PRAGMA user_version={len(_MIGRATIONS)}")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """All or nothing, and durable once left; `StoreFailed`, and it may be either.

        Not to be nested; do nothing slow inside: it holds the only lock.
        """
        async with self._lock:
            try:
                # inside the try: a task cancelled here has a transaction to roll back all the same
                await self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                await self._connection.commit()
            except BaseException as error:
                await self._connection.rollback()
                if isinstance(error, sqlite3.OperationalError):
                    raise StoreFailed from None
                raise

    async def scrub(self) -> None:
        """Move what was deleted out of the write-ahead log too: secure_delete has zeroed it in the main file."""
        async with self._lock:
            await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """No other process of ours has the file as long as the block runs; the kernel lets go of it at a crash too."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreInUse from None
        yield
    finally:
        os.close(descriptor)
