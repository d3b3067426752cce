"""The calls that an agent had, with what was paid in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.store.agent_calls import AgentCallRecord
from ivr.store.figures import PaidIn
from ivr.store.store import Store


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that an agent had, with the payments that were tried in it."""

    record: AgentCallRecord
    payments: tuple[PaidIn, ...] = ()


class History:
    """Answers from one ledger; StoreError if it cannot say."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_agent(self, agent: str, since: datetime, most: int = 200) -> Sequence[PastCall]:
        """The calls of an agent since then, the latest first."""
        records = await self._store.agent_calls.of_agent(agent, since, most)
        paid = await self._store.figures.paid_in([record.call_id for record in records])
        return [PastCall(record, tuple(one for one in paid if one.call_id == record.call_id)) for record in records]
