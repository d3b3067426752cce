"""What people who sign in did. Lines are only ever added, and each seals all before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.accounts.acts import NOBODY, Written
from ivr.store.account_models import ActRow
from ivr.store.database import Database

_AT_A_TIME: Final = 500
_BEFORE_ALL: Final = -(2**63)


class Acts:
    """The log of acts of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, who: str, origin: str, act: str, subject: str, *, worked: bool) -> Written:
        """Write an act down as the next one."""

        async def put(session: AsyncSession) -> Written:
            last = await session.scalar(select(ActRow).order_by(ActRow.id.desc()).limit(1))
            number, before = (last.id + 1, last.digest) if last else (1, NOBODY)
            act_now = Written(number, self._database.now(), who, origin, act, subject, worked, "")
            sealed = replace(act_now, digest=act_now.seal(before))
            session.add(
                ActRow(
                    id=sealed.id,
                    at=sealed.at,
                    who=who,
                    origin=origin,
                    act=act,
                    subject=subject,
                    worked=worked,
                    digest=sealed.digest,
                )
            )
            return sealed

        return await self._database.write(put)

    async def pieces(self) -> AsyncIterator[Sequence[Written]]:
        """Every act, the first one first, some at a time: there may be years of them, and calls go on meanwhile."""
        last = _BEFORE_ALL
        while piece := await self._after(last):
            yield piece
            last = piece[-1].id

    async def _after(self, last: int) -> Sequence[Written]:
        query = select(ActRow).where(ActRow.id > last).order_by(ActRow.id).limit(_AT_A_TIME)

        async def look(session: AsyncSession) -> Sequence[Written]:
            return [_written(row) for row in await session.scalars(query)]

        return await self._database.read(look)


def _written(row: ActRow) -> Written:
    return Written(row.id, row.at, row.who, row.origin, row.act, row.subject, row.worked, row.digest)
