"""Figures of the ledger, for those who look at a day as a whole. Read only, and counted where the rows are."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.money import Money
from ivr.store.agent_models import AgentCallRow
from ivr.store.database import Database
from ivr.store.models import UNSETTLED, CallRow, PaymentRow, TraceRow
from pci.contract import Brand, ChargeState

_HUNG_UP: Final = ("caller-hung-up", "cut-off")
_PAID: Final = (ChargeState.APPROVED, ChargeState.AUTHORIZED)
_JUDGED: Final = (*_PAID, ChargeState.DECLINED)


class CallOutcome(StrEnum):
    """What came of a call, as those see it who want payments; of several the first one counts."""

    PAID = "paid"
    UNKNOWN = "unknown"
    """A card was sent to the bank, and nobody knows what came of it."""
    DECLINED = "declined"
    TALKED = "talked"
    """No card was charged, and the caller talked with an agent."""
    GIVEN_UP = "given-up"
    """The caller hung up."""
    OTHER = "other"


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
class Asked:
    """Somebody who asked for an agent: when, when they talked, how it ended ("" while it goes on)."""

    asked: datetime
    taken: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A call that ended in the middle: when, and at which step of which flow."""

    call_id: str
    ended: datetime
    flow: str
    step: str


class FiguresOfLedger:
    """Counts and lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def outcomes(self, hours: Sequence[datetime]) -> Mapping[tuple[int, CallOutcome], int]:
        """How many calls came to what in which hour; `hours` are when each began, the earliest first.

        Calls that go on count once a card was sent to the bank.
        """
        later = [(CallRow.started < begins, literal(number)) for number, begins in enumerate(hours[1:])]
        hour = case(*later, else_=literal(len(hours) - 1)) if later else literal(0)
        tried = _with_payment(tuple(ChargeState))
        query = (
            select(hour.label("hour"), _OUTCOME.label("came_to"), func.count())
            .where(CallRow.started >= hours[0], or_(CallRow.ended.is_not(None), tried))
            .group_by("hour", "came_to")
        )

        async def look(session: AsyncSession) -> Mapping[tuple[int, CallOutcome], int]:
            return {(int(hour), CallOutcome(outcome)): calls for hour, outcome, calls in await session.execute(query)}

        return await self._database.read(look)

    async def taken_since(self, since: datetime) -> Sequence[Money]:
        """What was charged since then, an amount for each currency, the largest number of payments first."""
        query = (
            select(func.sum(PaymentRow.amount_minor), PaymentRow.currency)
            .where(PaymentRow.created >= since, PaymentRow.state == ChargeState.APPROVED)
            .group_by(PaymentRow.currency)
            .order_by(func.count().desc(), PaymentRow.currency)
        )

        async def look(session: AsyncSession) -> Sequence[Money]:
            return [Money(int(minor), currency) for minor, currency in await session.execute(query)]

        return await self._database.read(look)

    async def judged_since(self, since: datetime, most: int) -> Sequence[ChargeState]:
        """What the bank said of the payments that were tried last, the latest first."""
        query = (
            select(PaymentRow.state)
            .where(PaymentRow.created >= since, PaymentRow.state.in_(_JUDGED))
            .order_by(PaymentRow.created.desc())
            .limit(most)
        )

        async def look(session: AsyncSession) -> Sequence[ChargeState]:
            return list(await session.scalars(query))

        return await self._database.read(look)

    async def unknown_since(self) -> Sequence[datetime]:
        """When each payment was tried of which nobody knows what came, the oldest first."""
        query = select(PaymentRow.created).where(PaymentRow.state.in_(UNSETTLED)).order_by(PaymentRow.created)

        async def look(session: AsyncSession) -> Sequence[datetime]:
            return list(await session.scalars(query))

        return await self._database.read(look)

    async def asked_since(self, since: datetime) -> Sequence[Asked]:
        """Who asked for an agent since then."""
        columns = (AgentCallRow.asked, AgentCallRow.taken, AgentCallRow.outcome)
        query = select(*columns).where(AgentCallRow.asked >= since, AgentCallRow.queue != "")

        async def look(session: AsyncSession) -> Sequence[Asked]:
            return [Asked(asked, taken, outcome or "") for asked, taken, outcome in await session.execute(query)]

        return await self._database.read(look)

    async def dropped_since(self, since: datetime, known: Collection[str]) -> Sequence[Dropped]:
        """The calls that ended in the middle since then and whose traces are kept, but for those `known`."""
        query = select(TraceRow.call_id, TraceRow.ended, CallRow.flow, TraceRow.events)
        query = query.join(CallRow, CallRow.id == TraceRow.call_id).where(TraceRow.ended >= since)

        async def look(session: AsyncSession) -> Sequence[Dropped]:
            found = await session.execute(query.where(CallRow.outcome.in_(_HUNG_UP)))
            return [
                Dropped(call_id, ended, flow, step)
                for call_id, ended, flow, events in found
                if call_id not in known and (step := _last_step(events))
            ]

        return await self._database.read(look)

    async def paid_in(self, call_ids: Sequence[str]) -> Sequence[PaidIn]:
        """The payments that were tried in these calls."""
        query = select(PaymentRow).where(PaymentRow.call_id.in_(call_ids)).order_by(PaymentRow.created)

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


def _with_payment(states: Sequence[ChargeState]) -> ColumnElement[bool]:
    return exists().where(PaymentRow.call_id == CallRow.id, PaymentRow.state.in_(states))


_OUTCOME: Final = case(
    (_with_payment(_PAID), literal(CallOutcome.PAID.value)),
    (_with_payment(UNSETTLED), literal(CallOutcome.UNKNOWN.value)),
    (_with_payment((ChargeState.DECLINED,)), literal(CallOutcome.DECLINED.value)),
    (
        exists().where(AgentCallRow.call_id == CallRow.id, AgentCallRow.taken.is_not(None)),
        literal(CallOutcome.TALKED.value),
    ),
    (CallRow.outcome.in_(_HUNG_UP), literal(CallOutcome.GIVEN_UP.value)),
    else_=literal(CallOutcome.OTHER.value),
)


def _last_step(events: str) -> str:
    """The step in which the caller hung up, by a trace: the innermost, where one flow called another; "" if none."""
    found = ""
    for line in reversed(events.splitlines()):
        with suppress(ValueError, AttributeError):
            event = json.loads(line)
            if event.get("type") == "step":
                if event.get("outcome") not in _HUNG_UP:
                    break
                found = str(event.get("step", ""))
    return found
