"""Cards at rest: what goes in comes out only inside this process.

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
from string import ascii_lowercase
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pci.audit import Audit, Kind
from pci.card import Expiry, Pan
from pci.errors import NotFound, RecordBroken
from pci.keys import KeyRing
from pci.store import Store

_VERSION: Final = "1"
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


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
        token = random_name("tok")
        created = int(self._clock())
        data_key = AESGCM.generate_key(256)
        number, date = (
            _seal(data_key, secret.reveal(), _bind(token, field, self._keys.kek_id, created))
            for field, secret in (("number", pan), ("expiry", expiry))
        )
        row = (token, created, self._keys.kek_id, self._keys.wrap(data_key), number, date)
        async with self._store.transaction() as database:
            await database.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", row)
        await self._audit.record(Kind.CARD_STORED, resource=f"token:{token}")
        return token

    @asynccontextmanager
    async def use(self, token: str) -> AsyncIterator[StoredCard]:
        """The card behind a token, for as long as the block runs.

        `NotFound` if there is none, `RecordBroken` if the record does not open.
        """
        async with self._store.transaction() as database:
            row = next(iter(await database.execute_fetchall("SELECT * FROM tokens WHERE token = ?", (token,))), None)
        if row is None:
            raise NotFound
        with Pan(self._open(row, "number")) as pan, Expiry(self._open(row, "expiry")) as expiry:
            yield StoredCard(pan, expiry)

    async def forget(self, token: str) -> None:
        """Destroy a record with its data key, on the disk too. Forgetting what is not there is fine."""
        async with self._store.transaction() as database:
            gone = await database.execute("DELETE FROM tokens WHERE token = ?", (token,))
        await self._store.scrub()
        if gone.rowcount:  # else the name is any text, and whoever asks could fill the log
            await self._audit.record(Kind.CARD_FORGOTTEN, resource=f"token:{token}")

    async def forget_unused(self, seconds: float) -> None:
        """Destroy the cards of captures that ended so long ago and were never charged: nobody will ask for them."""
        charged = "SELECT token FROM charges WHERE token IS NOT NULL"
        async with self._store.transaction() as database:
            gone = await database.execute(
                f"DELETE FROM tokens WHERE created < ? AND token NOT IN ({charged})",  # noqa: S608 - a constant
                (self._clock() - seconds,),
            )
        if gone.rowcount:
            await self._store.scrub()
            await self._audit.record(Kind.CARDS_PURGED, resource="tokens", detail=f"{gone.rowcount} never charged")

    def _open(self, row: sqlite3.Row, field: str) -> bytearray:
        data_key = self._keys.unwrap(row["kek_id"], row["wrapped_key"])
        sealed = memoryview(row[field])
        digits = bytearray(max(0, len(sealed) - _NONCE_BYTES - _TAG_BYTES))
        bound = _bind(row["token"], field, row["kek_id"], row["created"])
        try:
            AESGCM(data_key).decrypt_into(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound, digits)
        except (InvalidTag, ValueError):
            raise RecordBroken from None
        return digits


def random_name(kind: str) -> str:
    """A name that nobody can guess (188 bits) and nobody can take for a card number: it has no digits."""
    return f"{kind}_{''.join(secrets.choice(ascii_lowercase) for _ in range(40))}"


def _bind(token: str, field: str, kek_id: str, created: int) -> bytes:
    return "|".join((_VERSION, token, field, kek_id, str(created))).encode()


def _seal(data_key: bytes, digits: memoryview, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(data_key).encrypt(nonce, digits, bound)
