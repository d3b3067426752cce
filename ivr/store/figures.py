"""Figures of the ledger, for those who look at a day as a whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.money import Money
from ivr.store.database import Database
from ivr.store.models import CallRow, PaymentRow, TraceRow
from pci.contract import Brand, ChargeState

_HUNG_UP: Final = ("caller-hung-up", "cut-off")
_MOST_STEPS: Final = 20


@dataclass(frozen=True, slots=True)
class PaidIn:
    """A payment that was tried in a call."""

    call_id: str
    amount: Money
    brand: Brand
    last4: str
    state: ChargeState
    at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """At a step of a flow so many callers hung up."""

    flow: str
    step: str
    calls: int


class FiguresOfLedger:
    """Counts and lists, read only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def calls_since(self, since: datetime) -> int:
        """How many calls began since then."""
        query = select(func.count()).select_from(CallRow).where(CallRow.started >= since)
        return await self._database.read(lambda session: session.scalar(query)) or 0

    async def paid_since(self, since: datetime) -> Sequence[PaidIn]:
        """The payments that were tried since then."""
        return await self._paid(PaymentRow.created >= since)

    async def paid_in(self, call_ids: Sequence[str]) -> Sequence[PaidIn]:
        """The payments that were tried in these calls."""
        return await self._paid(PaymentRow.call_id.in_(call_ids)) if call_ids else ()

    async def stopped_since(self, since: datetime) -> Sequence[Stopped]:
        """At which steps callers hung up in the calls that ended since then, the most first."""
        query = select(CallRow.flow, TraceRow.events).join(CallRow, CallRow.id == TraceRow.call_id)

        async def look(session: AsyncSession) -> Sequence[Stopped]:
            counted: Counter[tuple[str, str]] = Counter()
            for flow, events in await session.execute(query.where(TraceRow.ended >= since)):
                if step := _last_step(events):
                    counted[flow, step] += 1
            return [Stopped(flow, step, calls) for (flow, step), calls in counted.most_common(_MOST_STEPS)]

        return await self._database.read(look)

    async def _paid(self, which: ColumnElement[bool]) -> Sequence[PaidIn]:
        query = select(PaymentRow).where(which).order_by(PaymentRow.created)

        async def look(session: AsyncSession) -> Sequence[PaidIn]:
            return [
                PaidIn(
                    row.call_id,
                    Money(row.amount_minor, row.currency),
                    row.brand,
                    row.last4,
                    row.state,
                    row.created,
                )
                for row in await session.scalars(query)
            ]

        return await self._database.read(look)


def _last_step(events: str) -> str:
    """The step in which the caller hung up, by a trace; "" if they did not, or nobody can tell."""
    for line in reversed(events.splitlines()):
        with suppress(ValueError, AttributeError):
            event = json.loads(line)
            if event.get("type") == "step":
                return str(event.get("step", "")) if event.get("outcome") in _HUNG_UP else ""
    return ""
