"""Writes down how far each agent's call is. A ledger that fails costs that, and no call."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from ivr.agents.call import AgentCall
from ivr.agents.matter import Matter
from ivr.store.agent_calls import AgentCallRecord, AgentCalls
from ivr.store.errors import StoreError

_log = structlog.get_logger()
WAITING: Final = "waiting"


class Records:
    """The agents' calls of the ledger, as the calls themselves tell it. No method ever fails."""

    def __init__(self, ledger: AgentCalls) -> None:
        self._ledger = ledger

    async def begin(self, matter: Matter, caller: str, *, since: datetime, agent: str = "") -> int:
        """Somebody waits on the channel `caller`, or is called by `agent`.

        What the record is found by; 0 if there is none.
        """
        record = AgentCallRecord(
            id=0,
            call_id=matter.call_id,
            agent=agent,
            queue=matter.queue,
            stage=WAITING,
            caller_channel=caller,
            phone_channel="",
            bridge="",
            number=matter.number,
            language=matter.language,
            context=matter.context,
            asked=since,
        )
        try:
            return await self._ledger.begin(record)
        except StoreError as error:
            _refused(error)
            return 0

    async def reached(self, call: AgentCall) -> None:
        """The call has come to another state."""
        where = {"agent": call.agent, "bridge": call.bridge, "phone_channel": call.phone.line.channel_id}
        try:
            await self._ledger.reached(call.record, str(call.state.stage), **where)
        except StoreError as error:
            _refused(error)

    async def keep_notes(self, record: int, notes: str) -> None:
        """What the agent wrote about it."""
        try:
            await self._ledger.keep_notes(record, notes)
        except StoreError as error:
            _refused(error)

    async def end(self, record: int, outcome: str) -> None:
        """It is over."""
        try:
            await self._ledger.end(record, outcome)
        except StoreError as error:
            _refused(error)


def _refused(error: StoreError) -> None:
    _log.error("agent_call_not_recorded", reason=type(error).__name__)
