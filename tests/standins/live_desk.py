"""The call side with agents: a queue, two agents' phones, a trunk, and the desk that the pages would have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from asterisk_ari.fake import FakeAsterisk, FakeCall
from ivr import app
from ivr.agents.desk import AgentDesk
from ivr.agents.live import LiveDesk
from ivr.agents.view import Status
from tests.standins.live_ivr import LiveIvr, live_ivr

AGENTS = """
[agents]
trunk = "PJSIP/{number}@trunk"
prefixes = ["+1555"]
[agents.skills]
anna = ["billing", "spanish"]
ben = ["billing"]
[agents.links]
"Customer file" = "https://crm.example.com/?account={account}&from={number}"
[agents.most_amount]
USD = "1000.00"
[queues.billing]
skills = ["billing"]
callback_hours = {open = {mon-sun = "00:00-24:00"}}
[queues.spanish]
skills = ["billing", "spanish"]
priority = 5
"""
FLOW = """
flow: to-agents
answers: ["1000"]
steps:
  account:
    ask: {prompt: enter-account, digits: 4..10, save: account_number}
    next: {done: agent, failed: bye}
  agent:
    transfer: {to: queue/billing, mode: warm, context: [account_number], ring: 60s}
    next: {done: bye, no-answer: closed, busy: closed, unavailable: closed}
  closed:
    say: office-closed
    next: {done: end}
  bye:
    say: goodbye
  end:
    hangup:
"""


def phone_of(asterisk: FakeAsterisk, agent: str) -> FakeCall | None:
    """The phone of an agent, if it rings or is picked up; the newest."""
    found = [call for call in asterisk.calls if call.name.startswith(f"PJSIP/{agent}-")]
    return found[-1] if found else None


@dataclass
class LiveAgents:
    """A served call side, and its desk."""

    ivr: LiveIvr
    desk: LiveDesk

    async def rings(self, agent: str) -> FakeCall:
        """Wait until an agent's phone rings."""
        async with asyncio.timeout(20):
            await self.ivr.asterisk.until(lambda asterisk: phone_of(asterisk, agent) is not None)
        phone = phone_of(self.ivr.asterisk, agent)
        assert phone is not None
        return phone


@asynccontextmanager
async def live_agents(folder: Path, flow: str = FLOW, **values: object) -> AsyncIterator[LiveAgents]:
    """Everything up and connected; who is called picks up when a test says so."""
    file = folder / "flow.yaml"
    file.write_text(flow, encoding="utf-8")
    opened: list[LiveDesk] = []

    class Kept(LiveDesk):
        def __init__(self, *parts: object) -> None:
            super().__init__(*parts)  # type: ignore[arg-type]
            opened.append(self)

    with patch.object(app, "LiveDesk", Kept):
        async with live_ivr(folder, extra=AGENTS, flows=file, **values) as live:
            live.asterisk.picks_up = False
            yield LiveAgents(live, opened[-1])


async def ready(desk: AgentDesk, *agents: str) -> None:
    """These agents sign on, one after the other, and are ready."""
    for agent in agents:
        await desk.sign_on(agent, agent.title())
        await desk.set_status(agent, Status.READY)


async def released(live: LiveAgents) -> None:
    """Wait until nothing is left in Asterisk of any call."""
    async with asyncio.timeout(20):
        await live.ivr.asterisk.until(lambda asterisk: not asterisk.calls and not asterisk.bridge_ids)
