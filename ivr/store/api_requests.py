"""Requests of the API that are done once, however often they are sent: what was asked, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.api_models import ApiRequestRow
from ivr.store.database import Database

KEPT_FOR: Final = timedelta(hours=24)
"""How long an answer is remembered; after that the same key is a new request."""


@dataclass(frozen=True, slots=True)
class Once:
    """A request: whose key sent it, a digest of the name that they gave it, and one of all that was asked."""

    key_id: int
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered: the status, and the body as it was sent."""

    status: int
    body: str = field(repr=False)


class Begun(Enum):
    """What stands in the way of an answer."""

    NOW = auto()
    """Nothing: it is the first time, and it is to be done."""
    UNANSWERED = auto()
    """It was begun, and goes on, or this program was ended in the middle of it."""
    ANOTHER = auto()
    """This name was given to another request."""


class ApiRequests:
    """The requests of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, once: Once) -> Answered | Begun:
        """What was answered before, or whether it is to be done now: that is said to one only."""

        async def claim(session: AsyncSession) -> Answered | Begun:
            now = self._database.now()
            await session.execute(delete(ApiRequestRow).where(ApiRequestRow.begun < now - KEPT_FOR))
            row = await session.get(ApiRequestRow, (once.key_id, once.name))
            if row is None:
                session.add(ApiRequestRow(key_id=once.key_id, once=once.name, said=once.said, begun=now, answer=""))
                return Begun.NOW
            if row.said != once.said:
                return Begun.ANOTHER
            return Begun.UNANSWERED if row.status is None else Answered(row.status, row.answer)

        return await self._database.write(claim)

    async def end(self, once: Once, answered: Answered) -> None:
        """This is the answer from now on."""

        async def note(session: AsyncSession) -> None:
            row = await session.get_one(ApiRequestRow, (once.key_id, once.name))
            row.status, row.answer = answered.status, answered.body

        await self._database.write(note)

    async def forget(self, once: Once) -> None:
        """Nothing was done: it may be sent again."""
        query = delete(ApiRequestRow).where(ApiRequestRow.key_id == once.key_id, ApiRequestRow.once == once.name)
        await self._database.write(lambda session: session.execute(query))
