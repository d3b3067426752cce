"""Places in queues that callers keep who are to be called back: the ledger holds them, whatever is restarted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.agent_models import AgentCallRow
from ivr.store.database import Database
from ivr.store.request_models import NO_CONTEXT, CallbackRow

Pairs = tuple[tuple[str, str], ...]
_ACCOUNT: Final = "account_number"


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody whom the agents of `queue` call when it is their turn; `since` is when they first came.

    Nobody calls them before `due`. Who they are is in no repr.
    """

    id: int
    number: str = field(repr=False)
    queue: str
    since: datetime
    language: str
    context: Pairs = field(repr=False)
    tries: int
    due: datetime | None


class Places:
    """The places of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept(self) -> Sequence[Place]:
        """All of them, whoever came first at the top."""
        query = select(CallbackRow).where(CallbackRow.done.is_(None), CallbackRow.queue != "")

        async def look(session: AsyncSession) -> Sequence[Place]:
            return [_place(row) for row in await session.scalars(query.order_by(CallbackRow.asked, CallbackRow.id))]

        return await self._database.read(look)

    async def begin_try(self, number: int, again: datetime) -> bool:
        """They are called now, and not again before `again`; whether they wait for it still."""

        async def write(session: AsyncSession) -> bool:
            row = await session.get(CallbackRow, number)
            if row is None or row.done is not None or not row.queue:
                return False
            row.tries, row.due = row.tries + 1, again
            return True

        return await self._database.write(write)

    async def hand_to_person(self, number: int) -> None:
        """It is not tried any more: a person sees to it, as to every other callback."""

        async def write(session: AsyncSession) -> None:
            row = await session.get(CallbackRow, number)
            if row is not None:
                row.queue = ""

        await self._database.write(write)

    async def of(self, queue: str, number: str, context: Pairs) -> Place | None:
        """The place that somebody has; None if they have none."""

        async def look(session: AsyncSession) -> Place | None:
            return next(map(_place, await callbacks_of(session, queue, number, context)), None)

        return await self._database.read(look)


async def callbacks_of(session: AsyncSession, queue: str, number: str, context: Pairs) -> Sequence[CallbackRow]:
    """What somebody waits for in a queue. Two callers of one number, such as a company's, are told apart by their
    account."""
    query = select(CallbackRow).where(
        CallbackRow.done.is_(None), CallbackRow.queue == queue, CallbackRow.number == number
    )
    rows = await session.scalars(query) if queue and number else ()
    return [row for row in rows if account_of(read_context(row.context)) == account_of(context)]


async def place_of(session: AsyncSession, call_id: str, queue: str) -> tuple[datetime | None, str]:
    """Since when a call waited in a queue, and what its agents were to see; None and nothing if it did not."""
    query = select(AgentCallRow).where(AgentCallRow.call_id == call_id, AgentCallRow.queue == queue)
    row = (await session.scalars(query.order_by(AgentCallRow.asked).limit(1))).first() if queue else None
    return (row.asked, row.context) if row else (None, NO_CONTEXT)


def _place(row: CallbackRow) -> Place:
    return Place(
        row.id, row.number, row.queue, row.asked, row.language, read_context(row.context), row.tries, row.due
    )


def read_context(context: str) -> Pairs:
    """What agents see, as its column has it."""
    return tuple((str(name), str(value)) for name, value in json.loads(context))


def account_of(context: Pairs) -> str:
    """The account that a call was about, as its agents were to see it; "" if they were not."""
    return dict(context).get(_ACCOUNT, "")
