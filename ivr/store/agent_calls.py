"""Calls of agents: where each stands, so that it is found again after a restart, and what was written about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.store.agent_models import AgentCallRow
from ivr.store.database import Database
from ivr.store.outbox import Outbox
from ivr.store.places import Pairs, callbacks_of, read_context
from ivr.store.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class AgentCallRecord:
    """One caller who was to talk with an agent, or whom an agent called. Who it is and what is known is in no repr.

    `agent` is whoever had them last, "" while they wait. `stage` is one of `ivr.agents.view.Stage`, or `waiting`.
    """

    id: int
    call_id: str
    agent: str
    queue: str
    stage: str
    caller_channel: str
    phone_channel: str
    bridge: str
    number: str = field(repr=False)
    language: str
    context: Pairs = field(repr=False)
    asked: datetime
    taken: datetime | None = None
    ended: datetime | None = None
    outcome: str = ""
    notes: str = field(default="", repr=False)


class AgentCalls:
    """The agents' calls of the ledger."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._webhooks = Webhooks(outbox, database.now)

    async def begin(self, record: AgentCallRecord) -> int:
        """Somebody waits, or is called; the number that the record gets."""

        async def write(session: AsyncSession) -> int:
            row = AgentCallRow(
                call_id=record.call_id,
                agent=record.agent,
                queue=record.queue,
                stage=record.stage,
                caller_channel=record.caller_channel,
                phone_channel=record.phone_channel,
                bridge=record.bridge,
                number=record.number,
                language=record.language,
                context=json.dumps(record.context),
                asked=record.asked,
                notes="",
            )
            session.add(row)
            await session.flush()
            return row.id

        return await self._database.write(write)

    async def reached(self, number: int, stage: str, **where: str) -> None:
        """The call stands there now; `where` are its agent, phone_channel, bridge and caller_channel that are new.

        The first talk is when it was taken; nobody need call them back then.
        """

        async def write(session: AsyncSession) -> None:
            row = await session.get(AgentCallRow, number)
            if row is None or row.ended is not None:
                return
            row.stage = stage
            for name, value in where.items():
                setattr(row, name, value)
            if stage == "talking" and row.taken is None:
                row.taken = self._database.now()
                for kept in await callbacks_of(session, row.queue, row.number, read_context(row.context)):
                    kept.close(row.taken)
            self._webhooks.call(session, row)

        await self._database.write(write)

    async def end(self, number: int, outcome: str) -> None:
        """It is over; the first end that is reported counts."""

        async def write(session: AsyncSession) -> None:
            row = await session.get(AgentCallRow, number)
            if row is None or row.ended is not None:
                return
            row.ended, row.outcome = self._database.now(), outcome
            self._webhooks.call(session, row)

        await self._database.write(write)

    async def keep_notes(self, number: int, notes: str) -> None:
        """What the agent wrote about it."""

        async def write(session: AsyncSession) -> None:
            await session.execute(update(AgentCallRow).where(AgentCallRow.id == number).values(notes=notes))

        await self._database.write(write)

    async def living(self) -> Sequence[AgentCallRecord]:
        """Those that are not over, as far as anybody wrote it down; the oldest first."""
        return await self._found(AgentCallRow.ended.is_(None))

    async def of_agent(self, agent: str, since: datetime, most: int = 200) -> Sequence[AgentCallRecord]:
        """What an agent had since then, the latest first."""
        found = await self._found((AgentCallRow.agent == agent) & (AgentCallRow.asked >= since))
        return tuple(reversed(found))[:most]

    async def _found(self, condition: ColumnElement[bool]) -> Sequence[AgentCallRecord]:
        query = select(AgentCallRow).where(condition).order_by(AgentCallRow.id)

        async def look(session: AsyncSession) -> Sequence[AgentCallRecord]:
            return [_record(row) for row in await session.scalars(query)]

        return await self._database.read(look)


def _record(row: AgentCallRow) -> AgentCallRecord:
    return AgentCallRecord(
        id=row.id,
        call_id=row.call_id,
        agent=row.agent,
        queue=row.queue,
        stage=row.stage,
        caller_channel=row.caller_channel,
        phone_channel=row.phone_channel,
        bridge=row.bridge,
        number=row.number,
        language=row.language,
        context=read_context(row.context),
        asked=row.asked,
        taken=row.taken,
        ended=row.ended,
        outcome=row.outcome or "",
        notes=row.notes,
    )
