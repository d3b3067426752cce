"""Who called, when, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.database import Database
from ivr.store.models import CallRow


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """A call that is over. Who called is in no repr."""

    id: str
    dialled: str
    caller: str | None = field(repr=False)
    flow: str
    started: datetime
    ended: datetime
    outcome: str


class Calls:
    """The calls of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record_call_start(self, call_id: str, *, dialled: str, caller: str | None, flow: str) -> None:
        """A call was answered by a flow. Payments name their call, so this comes first."""

        async def record(session: AsyncSession) -> None:
            started = self._database.now()
            session.add(CallRow(id=call_id, dialled=dialled, caller=caller, flow=flow, started=started))

        await self._database.write(record)

    async def record_call_end(self, call_id: str, outcome: str) -> None:
        """A call is over; the first end that is reported counts."""

        async def record(session: AsyncSession) -> None:
            ended = self._database.now()
            unended = update(CallRow).where(CallRow.id == call_id, CallRow.ended.is_(None))
            await session.execute(unended.values(ended=ended, outcome=outcome))

        await self._database.write(record)

    async def record_finished(self, calls: Sequence[FinishedCall]) -> None:
        """Calls that are over, all of them or none; the start of some may have been recorded before."""

        async def record(session: AsyncSession) -> None:
            ids = [call.id for call in calls]
            known = set(await session.scalars(select(CallRow.id).where(CallRow.id.in_(ids))))
            fresh = [
                {
                    "id": call.id,
                    "dialled": call.dialled,
                    "caller": call.caller,
                    "flow": call.flow,
                    "started": call.started,
                    "ended": call.ended,
                    "outcome": call.outcome,
                }
                for call in calls
                if call.id not in known
            ]
            if fresh:
                await session.execute(insert(CallRow), fresh)
            for call in calls:
                if call.id in known:
                    values = {"started": call.started, "ended": call.ended, "outcome": call.outcome}
                    await session.execute(update(CallRow).where(CallRow.id == call.id).values(**values))

        await self._database.write(record)
