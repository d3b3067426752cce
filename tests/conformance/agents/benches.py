"""A desk, and the callers and telephones around it, moved the same way whichever desk it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from asterisk_ari.fake import FakeCall
from ivr.agents.desk import AgentDesk
from ivr.agents.rehearsed import RehearsedDesk
from ivr.agents.view import AgentView, Stage, Status
from tests.standins.live_desk import LiveAgents, live_agents
from tests.standins.live_ivr import hears

STRANGER = "+15550100777"


class Bench(Protocol):
    """What happens around a desk."""

    @property
    def desk(self) -> AgentDesk: ...

    async def ring(self, agent: str) -> None:
        """A caller asks for somebody; this agent, who is ready, is offered them."""

    async def join(self, agent: str) -> None:
        """All is done, beside accepting, that has both hear each other."""

    async def caller_hangs_up(self) -> None: ...

    async def other_end_answers(self, agent: str) -> None:
        """Whom the agent dialled picks up."""


async def sees(desk: AgentDesk, agent: str, wanted: Callable[[AgentView], object]) -> AgentView:
    """Wait until an agent's view is so."""
    async with asyncio.timeout(20), aclosing(desk.watch(agent)) as views:  # type: ignore[type-var]
        async for view in views:
            if wanted(view):
                return view
    raise AssertionError("the desk closed")


def at(stage: Stage) -> Callable[[AgentView], bool]:
    """Whether the agent's call stands there."""
    return lambda view: view.call is not None and view.call.stage is stage


def turned(status: Status) -> Callable[[AgentView], bool]:
    """Whether the agent has this status."""
    return lambda view: view.status is status


@dataclass
class Rehearsal:
    """The rehearsed desk."""

    desk: RehearsedDesk
    agent: str = ""

    async def ring(self, agent: str) -> None:
        self.agent = agent
        self.desk.ring(agent, STRANGER, (("account_number", "1000442"),), "billing")

    async def join(self, agent: str) -> None:
        self.desk.join(agent)

    async def caller_hangs_up(self) -> None:
        self.desk.caller_hangs_up(self.agent)

    async def other_end_answers(self, agent: str) -> None:
        self.agent = agent
        self.desk.join(agent)


@asynccontextmanager
async def rehearsal(_: object) -> AsyncIterator[Bench]:
    yield Rehearsal(RehearsedDesk())


@dataclass
class Telephones:
    """The desk of a served call side, on a fake Asterisk: callers dial in, phones ring and are picked up."""

    live: LiveAgents
    caller: FakeCall | None = None

    @property
    def desk(self) -> AgentDesk:
        return self.live.desk

    async def ring(self, agent: str) -> None:
        self.caller = self.live.ivr.dial()
        await hears(self.caller, "enter-account")
        self.caller.press("1000442#")
        await self.live.rings(agent)

    async def join(self, agent: str) -> None:
        (await self.live.rings(agent)).pick_up()

    async def caller_hangs_up(self) -> None:
        assert self.caller is not None
        self.caller.hang_up()

    async def other_end_answers(self, agent: str) -> None:
        (await self.live.rings(agent)).pick_up()
        self.caller = await self.live.rings("+15550100999@trunk")
        self.caller.pick_up()


@asynccontextmanager
async def telephones(folder: Path) -> AsyncIterator[Bench]:
    async with live_agents(folder) as live:
        yield Telephones(live)
