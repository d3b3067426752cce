"""Who is signed in. The database holds digests of the sessions' ids: who reads it cannot be somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.accounts.account import Account
from ivr.store.account_models import AccountRow, SessionRow
from ivr.store.database import Database


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in."""

    digest: str
    account: int
    started: datetime


class Sessions:
    """The sessions of the ledger: over after `idle` without an act, and after `longest` in any case."""

    def __init__(self, database: Database, idle: timedelta, longest: timedelta) -> None:
        self._database = database
        self._now = database.now
        self._idle, self._longest = idle, longest

    async def begin(self, digest: str, account: Account, origin: str) -> bool:
        """Somebody signed in; sessions that are over are swept away.

        False, and nobody did, if the account was locked, removed or reset since it was looked at: checking a password
        takes a while.
        """

        async def put(session: AsyncSession) -> bool:
            row, now = await session.get_one(AccountRow, account.id), self._now()
            opens = row.removed is None and not row.locked
            if not opens or (row.password, row.subject) != (account.password, account.subject):
                return False
            over = or_(SessionRow.seen <= now - self._idle, SessionRow.started <= now - self._longest)
            await session.execute(delete(SessionRow).where(over))
            session.add(SessionRow(digest=digest, account_id=account.id, origin=origin, started=now, seen=now))
            return True

        return await self._database.write(put)

    async def find(self, digest: str) -> Session | None:
        """The session, if it is not over; looking does not keep it alive."""

        async def look(session: AsyncSession) -> Session | None:
            row = await session.get(SessionRow, digest)
            if row is None or self._over(row):
                return None
            return Session(row.digest, row.account_id, row.started)

        return await self._database.read(look)

    async def touch(self, digest: str) -> None:
        """Whoever it is did something."""

        async def write(session: AsyncSession) -> None:
            row = await session.get(SessionRow, digest)
            if row is not None and not self._over(row):
                row.seen = self._now()

        await self._database.write(write)

    async def end(self, digest: str) -> None:
        """Signed out here."""
        await self._delete(SessionRow.digest == digest)

    async def end_all(self, account: int) -> int:
        """Signed out everywhere; where they were signed in."""

        async def clean(session: AsyncSession) -> int:
            old = list(await session.scalars(select(SessionRow.digest).where(SessionRow.account_id == account)))
            await session.execute(delete(SessionRow).where(SessionRow.account_id == account))
            return len(old)

        return await self._database.write(clean)

    def _over(self, row: SessionRow) -> bool:
        now = self._now()
        return now - row.seen >= self._idle or now - row.started >= self._longest

    async def _delete(self, which: object) -> None:
        async def clean(session: AsyncSession) -> None:
            await session.execute(delete(SessionRow).where(which))  # type: ignore[arg-type]

        await self._database.write(clean)
