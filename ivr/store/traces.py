"""What calls did: read for support, and deleted when it is old enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.database import Database
from ivr.store.models import CallRow, TraceRow


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call in the list of calls, newest first. Who called is not in it."""

    id: str
    started: datetime
    ended: datetime | None
    flow: str
    version: int | None
    outcome: str | None
    traced: bool


class Traces:
    """The traces of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest_calls(self, most: int) -> Sequence[CallLine]:
        """The calls that began last."""
        query = (
            select(CallRow, TraceRow.call_id)
            .outerjoin(TraceRow, TraceRow.call_id == CallRow.id)
            .order_by(CallRow.started.desc(), CallRow.id)
            .limit(most)
        )

        async def look(session: AsyncSession) -> Sequence[CallLine]:
            return [
                CallLine(row.id, row.started, row.ended, row.flow, row.version, row.outcome, traced is not None)
                for row, traced in await session.execute(query)
            ]

        return await self._database.read(look)

    async def latest(self, most: int) -> Sequence[str]:
        """The traces of the calls that ended last, as JSON Lines."""
        query = select(TraceRow.events).order_by(TraceRow.ended.desc(), TraceRow.call_id).limit(most)

        async def look(session: AsyncSession) -> Sequence[str]:
            return list(await session.scalars(query))

        return await self._database.read(look)

    async def find(self, call_id: str) -> str | None:
        """The trace of a call as JSON Lines; None if there is none (any more)."""
        query = select(TraceRow.events).where(TraceRow.call_id == call_id)
        return await self._database.read(lambda session: session.scalar(query))

    async def delete_older(self, than: datetime) -> int:
        """Delete the traces of calls that ended before; how many there were."""

        async def clean(session: AsyncSession) -> int:
            old = list(await session.scalars(select(TraceRow.call_id).where(TraceRow.ended < than)))
            await session.execute(delete(TraceRow).where(TraceRow.ended < than))
            return len(old)

        return await self._database.write(clean)
