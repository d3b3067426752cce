"""Who called, when, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.database import Database
from ivr.store.models import CallRow, TraceRow


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """A call that is over. Who called is in no repr; `trace` is what it did, if that is kept."""

    id: str
    dialled: str
    caller: str | None = field(repr=False)
    flow: str
    started: datetime
    ended: datetime
    outcome: str
    version: int | None = None
    trace: str = field(default="", repr=False)


class Calls:
    """The calls of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record_call_start(self, call_id: str, *, dialled: str, caller: str | None, flow: str) -> None:
        """A call was answered. Payments name their call, so this comes first; once is enough."""

        async def record(session: AsyncSession) -> None:
            if await session.get(CallRow, call_id) is None:
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
                    "version": call.version,
                }
                for call in calls
                if call.id not in known
            ]
            if fresh:
                await session.execute(insert(CallRow), fresh)
            for call in calls:
                if call.id in known:
                    values = {"started": call.started, "ended": call.ended, "outcome": call.outcome}
                    known_call = update(CallRow).where(CallRow.id == call.id)
                    await session.execute(known_call.values(**values, flow=call.flow, version=call.version))
            session.add_all(
                TraceRow(call_id=call.id, ended=call.ended, events=call.trace) for call in calls if call.trace
            )

        await self._database.write(record)
