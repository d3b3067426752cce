"""What agents did: the calls of one, and the figures of a day. Plain questions to the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean

from ivr.money import Money
from ivr.store.agent_calls import AgentCallRecord
from ivr.store.figures import PaidIn, Stopped
from ivr.store.store import Store
from pci.contract import ChargeState


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that an agent had, with the payments that were tried in it."""

    record: AgentCallRecord
    payments: tuple[PaidIn, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What one agent did: calls that they talked in, payments in these, seconds that they talked in all."""

    talked: int = 0
    payments: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened since a moment: with agents, and in all flows."""

    calls: int = 0
    """All calls that came in."""
    asked: int = 0
    """Callers who asked for an agent."""
    talked: int = 0
    """Those of them who talked with one."""
    gave_up: int = 0
    """Those of them who hung up before."""
    waited: float = 0.0
    """Seconds that those who talked had waited, on average."""
    outcomes: Mapping[ChargeState, int] = field(default_factory=dict)
    """Payments by what came of them."""
    taken: tuple[Money, ...] = ()
    """What was charged, an amount for each currency."""
    agents: Mapping[str, AgentFigures] = field(default_factory=dict)
    stopped: tuple[Stopped, ...] = ()
    """At which steps of which flows callers hung up, the most first; of the calls whose traces are kept."""


class History:
    """Answers from one ledger; StoreError if it cannot say."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_agent(self, agent: str, since: datetime, most: int = 200) -> Sequence[PastCall]:
        """The calls of an agent since then, the latest first."""
        records = await self._store.agent_calls.of_agent(agent, since, most)
        paid = await self._store.figures.paid_in([record.call_id for record in records])
        return [PastCall(record, tuple(one for one in paid if one.call_id == record.call_id)) for record in records]

    async def figures(self, since: datetime) -> Figures:
        """What happened since then."""
        records = await self._store.agent_calls.since(since)
        paid = await self._store.figures.paid_since(since)
        asked = [record for record in records if record.queue]
        talked = [record for record in asked if record.taken]
        waits = [(record.taken - record.asked).total_seconds() for record in talked if record.taken]
        return Figures(
            calls=await self._store.figures.calls_since(since),
            asked=len(asked),
            talked=len(talked),
            gave_up=sum(record.outcome == "caller-gone" and not record.taken for record in asked),
            waited=fmean(waits) if waits else 0.0,
            outcomes=Counter(one.state for one in paid),
            taken=_sums(paid),
            agents=_by_agent(records, paid),
            stopped=tuple(await self._store.figures.stopped_since(since)),
        )


def _sums(paid: Sequence[PaidIn]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for one in paid:
        if one.state is ChargeState.APPROVED:
            known = sums.get(one.amount.currency)
            sums[one.amount.currency] = one.amount if known is None else known + one.amount
    return tuple(sums.values())


def _by_agent(records: Sequence[AgentCallRecord], paid: Sequence[PaidIn]) -> Mapping[str, AgentFigures]:
    figures: dict[str, AgentFigures] = {}
    for record in records:
        if record.agent and record.taken:
            before = figures.get(record.agent, AgentFigures())
            figures[record.agent] = AgentFigures(
                before.talked + 1,
                before.payments + sum(one.call_id == record.call_id for one in paid),
                before.seconds + ((record.ended - record.taken).total_seconds() if record.ended else 0.0),
            )
    return figures
