"""Cards at rest: what goes in comes out only inside this process, and goes soon unless it was asked to be kept.

Each record has a data key of its own (AES-256-GCM), wrapped by the KEK. The associated data ties each ciphertext to
its record and field, so that a row moved, swapped or relabelled in the file does not open.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pci.audit import Audit, Kind
from pci.card import Expiry, Pan, has_expired
from pci.contract import KeptCard
from pci.errors import CardExpired, CardGone, NotFound, RecordBroken
from pci.keys import KeyRing
from pci.store import Store

_VERSION: Final = "2"
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_PUT: Final = """
    INSERT INTO tokens (token, created, brand, last4, kek_id, wrapped_key, number, expiry)
    VALUES (:token, :created, :brand, :last4, :kek_id, :wrapped_key, :number, :expiry)
"""


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card out of the vault, wiped when its `use` ends."""

    pan: Pan
    expiry: Expiry


class Vault:
    """Swaps cards for tokens. `clock` gives unix time in seconds."""

    def __init__(self, store: Store, keys: KeyRing, audit: Audit, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._keys = keys
        self._audit = audit
        self._clock = clock

    async def put(self, pan: Pan, expiry: Expiry) -> str:
        """Store a card; the answer is its token, which is random and looks like no card number."""
        data_key = AESGCM.generate_key(256)
        row = {
            "token": random_name("tok"),
            "created": int(self._clock()),
            "brand": pan.brand,
            "last4": pan.last4,
            "kek_id": self._keys.kek_id,
            "wrapped_key": self._keys.wrap(data_key),
        }
        for field, secret in (("number", pan), ("expiry", expiry)):
            row[field] = _seal(data_key, secret.reveal(), _bind(row, field))
        async with self._store.transaction() as database:
            await database.execute(_PUT, row)
        await self._audit.record(Kind.CARD_STORED, resource=f"token:{row['token']}")
        return str(row["token"])

    @asynccontextmanager
    async def use(self, token: str) -> AsyncIterator[StoredCard]:
        """The card behind a token, kept or not, for as long as the block runs.

        `NotFound` if there is none, `RecordBroken` if the record does not open.
        """
        row = await self._row(token)
        with Pan(self._open(row, "number")) as pan, Expiry(self._open(row, "expiry")) as expiry:
            yield StoredCard(pan, expiry)

    @asynccontextmanager
    async def use_kept(self, token: str) -> AsyncIterator[StoredCard]:
        """As `use`, for a card that the call side names after its call: `CardGone` unless kept, `CardExpired`."""
        try:
            if (await self.find(token)).expired:
                raise CardExpired
            async with self.use(token) as card:
                await self._execute("UPDATE tokens SET kept = ? WHERE token = ?", int(self._clock()), token)
                yield card
        except NotFound:
            raise CardGone from None

    async def find(self, token: str) -> KeptCard:
        """What the call side may know of a card that is kept; `NotFound` if it is not, `RecordBroken`."""
        row = await self._row(token)
        if row["kept"] is None:
            raise NotFound
        with Expiry(self._open(row, "expiry")) as expiry:
            expired = has_expired(expiry.reveal(), date.fromtimestamp(self._clock()))
        return KeptCard(token=token, brand=row["brand"], last4=row["last4"], expired=expired)

    async def keep(self, token: str) -> KeptCard:
        """Keep a card until it is forgotten; keeping it twice is fine. `NotFound` if it is gone already."""
        changed = "UPDATE tokens SET kept = ? WHERE token = ? AND kept IS NULL"
        if await self._execute(changed, int(self._clock()), token):
            await self._audit.record(Kind.CARD_KEPT, resource=f"token:{token}")
        return await self.find(token)

    async def forget(self, token: str) -> None:
        """Destroy a record with its data key, on the disk too. Forgetting what is not there is fine."""
        gone = await self._execute("DELETE FROM tokens WHERE token = ?", token)
        await self._store.scrub()
        if gone:  # else the name is any text, and whoever asks could fill the log
            await self._audit.record(Kind.CARD_FORGOTTEN, resource=f"token:{token}")

    async def purge(self, *, unkept: float, unused: float) -> None:
        """Destroy the cards keyed `unkept` seconds ago that nobody kept, and those kept but unused for `unused`."""
        now = self._clock()
        for detail, condition, limit in (
            ("not kept", "kept IS NULL AND created < ?", now - unkept),
            ("unused", "kept < ?", now - unused),
        ):
            gone = await self._execute(f"DELETE FROM tokens WHERE {condition}", limit)  # noqa: S608 - a constant
            if gone:
                await self._store.scrub()
                await self._audit.record(Kind.CARDS_PURGED, resource="tokens", detail=f"{gone} {detail}")

    async def _row(self, token: str) -> sqlite3.Row:
        async with self._store.transaction() as database:
            rows = await database.execute_fetchall("SELECT * FROM tokens WHERE token = ?", (token,))
        row = next(iter(rows), None)
        if row is None:
            raise NotFound
        return row

    async def _execute(self, statement: str, *values: object) -> int:
        """How many rows it changed."""
        async with self._store.transaction() as database:
            return (await database.execute(statement, values)).rowcount

    def _open(self, row: sqlite3.Row, field: str) -> bytearray:
        data_key = self._keys.unwrap(row["kek_id"], row["wrapped_key"])
        sealed = memoryview(row[field])
        digits = bytearray(max(0, len(sealed) - _NONCE_BYTES - _TAG_BYTES))
        try:
            AESGCM(data_key).decrypt_into(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bind(row, field), digits)
        except (InvalidTag, ValueError):
            raise RecordBroken from None
        return digits


def random_name(kind: str) -> str:
    """A name that nobody can guess (188 bits) and nobody can take for a card number: it has no digits."""
    return f"{kind}_{''.join(secrets.choice(ascii_lowercase) for _ in range(40))}"


def _bind(row: sqlite3.Row | dict[str, object], field: str) -> bytes:
    plain = (row[column] for column in ("token", "kek_id", "created", "brand", "last4"))
    return "|".join((_VERSION, field, *map(str, plain))).encode()


def _seal(data_key: bytes, digits: memoryview, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(data_key).encrypt(nonce, digits, bound)
