"""Second factors: passkeys, and the codes that stand in for a lost one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.account_models import PasskeyRow, RecoveryCodeRow
from ivr.store.database import Database


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey, as far as it is ours: the public half."""

    id: str
    account: int
    public_key: bytes = field(repr=False)
    uses: int
    created: datetime
    used: datetime | None


class Factors:
    """The second factors of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = database.now

    async def add_passkey(self, account: int, key_id: str, public_key: bytes, uses: int) -> None:
        """A passkey that opens this account from now on."""

        async def put(session: AsyncSession) -> None:
            new = PasskeyRow(id=key_id, account_id=account, public_key=public_key, uses=uses, created=self._now())
            session.add(new)

        await self._database.write(put)

    async def passkey(self, key_id: str) -> Passkey | None:
        """The passkey with this id; None if there is none (any more)."""

        async def look(session: AsyncSession) -> Passkey | None:
            row = await session.get(PasskeyRow, key_id)
            return None if row is None else _passkey(row)

        return await self._database.read(look)

    async def passkeys(self, account: int) -> Sequence[Passkey]:
        """Those of an account, the oldest first."""
        query = select(PasskeyRow).where(PasskeyRow.account_id == account).order_by(PasskeyRow.created, PasskeyRow.id)

        async def look(session: AsyncSession) -> Sequence[Passkey]:
            return [_passkey(row) for row in await session.scalars(query)]

        return await self._database.read(look)

    async def passkey_used(self, key_id: str, uses: int) -> None:
        """It opened its account; `uses` is the key's own counter."""

        async def write(session: AsyncSession) -> None:
            row = await session.get_one(PasskeyRow, key_id)
            row.uses, row.used = uses, self._now()

        await self._database.write(write)

    async def remove_passkey(self, account: int, key_id: str) -> bool:
        """It opens nothing any more; False if this account has no such passkey."""

        async def clean(session: AsyncSession) -> bool:
            row = await session.get(PasskeyRow, key_id)
            if row is None or row.account_id != account:
                return False
            await session.delete(row)
            return True

        return await self._database.write(clean)

    async def set_codes(self, account: int, digests: Collection[str]) -> None:
        """These are the codes from now on, and no earlier ones."""

        async def put(session: AsyncSession) -> None:
            await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account))
            session.add_all(RecoveryCodeRow(digest=digest, account_id=account) for digest in digests)

        await self._database.write(put)

    async def spend_code(self, account: int, digest: str) -> bool:
        """Use a code up; False if the account has no such code (any more)."""

        async def spend(session: AsyncSession) -> bool:
            row = await session.get(RecoveryCodeRow, digest)
            if row is None or row.account_id != account:
                return False
            await session.delete(row)
            return True

        return await self._database.write(spend)

    async def codes_left(self, account: int) -> int:
        """How many codes have not been used."""
        query = select(func.count(RecoveryCodeRow.digest)).where(RecoveryCodeRow.account_id == account)

        async def look(session: AsyncSession) -> int:
            return await session.scalar(query) or 0

        return await self._database.read(look)


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(row.id, row.account_id, row.public_key, row.uses, row.created, row.used)
