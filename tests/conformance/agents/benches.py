"""A desk, and the callers and telephones around it, moved the same way whichever desk it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from ivr.agents.desk import AgentDesk
from ivr.agents.rehearsed import RehearsedDesk
from ivr.agents.view import AgentView, Stage, Status

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
        self.desk.ring(agent, STRANGER, (("Account", "ending 42"),), "billing")

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
