"""Who waits for an agent, and who gets whom: priority first, then whoever waits longest; the agent idle longest."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from ivr.agents.settings import QueueSettings
from ivr.agents.view import AgentView, QueueView, Status

_TALK_SECONDS: Final = 180.0
"""How long a talk is thought to take before there were any."""
_NEWS: Final = 0.2
"""How much the last talk counts for what the next is thought to take."""
NOT_AGAIN: Final = timedelta(seconds=20)
_AT_WORK: Final = (Status.READY, Status.ON_CALL, Status.WRAP_UP)


@dataclass(eq=False, slots=True)
class Waiting:
    """One caller who waits. `agent` is offered to them, by `offered`; who refused them is not asked at once again.

    Somebody who is called back waits as well, off the line, and is not called before `due`. Who is `leaving` would
    rather be called back, and is offered nobody. Nor is who is `resting`: nobody is called at this hour.
    """

    queue: str
    since: datetime
    back: bool = False
    due: datetime | None = None
    agent: str = ""
    leaving: bool = False
    resting: bool = False
    refused: dict[str, datetime] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, agent: str) -> None:
        """An agent has time for them."""
        self.agent = agent
        self._news.set()

    def leave(self) -> None:
        """They wait no more, unless an agent is theirs already."""
        self.leaving = True
        self._news.set()

    async def offered(self) -> str:
        """The agent who has time; waits for one. "" if they leave before."""
        await self._news.wait()
        self._news.clear()
        return self.agent


class Row:
    """All who wait, in all queues. `skills` are the agents' own, by name. Does no I/O."""

    def __init__(self, queues: Mapping[str, QueueSettings], skills: Mapping[str, frozenset[str]]) -> None:
        self._queues = queues
        self._skills = skills
        self._waiting: list[Waiting] = []
        self._talk = dict.fromkeys(queues, _TALK_SECONDS)

    @contextmanager
    def joined(self, waiting: Waiting) -> Iterator[None]:
        """For as long as somebody waits."""
        self._waiting.append(waiting)
        try:
            yield
        finally:
            self._waiting.remove(waiting)

    def serves(self, agent: str, queue: str) -> bool:
        """Whether an agent has the skills for a queue."""
        return self._queues[queue].skills <= self._skills.get(agent, frozenset())

    def staffed(self, queue: str, agents: Iterable[AgentView]) -> bool:
        """Whether anybody is here who could take a call of it, now or after a pause."""
        return any(view.status is not Status.SIGNED_OFF and self.serves(view.agent, queue) for view in agents)

    def full(self, queue: str) -> bool:
        """Whether as many wait as may."""
        return sum(one.queue == queue and not one.back for one in self._waiting) >= self._queues[queue].most_waiting

    def matches(self, agents: Iterable[AgentView], now: datetime) -> Iterator[tuple[Waiting, str]]:
        """Who gets which agent now. Of these agents only those count who are ready."""
        free = sorted((view for view in agents if view.status is Status.READY and not view.call), key=_idle_since)
        for waiting in self._in_order():
            if waiting.agent or waiting.leaving or waiting.resting or (waiting.due and waiting.due > now):
                continue
            for view in free:
                asked = waiting.refused.get(view.agent)
                if self.serves(view.agent, waiting.queue) and (asked is None or asked + NOT_AGAIN <= now):
                    free.remove(view)
                    yield waiting, view.agent
                    break

    def waiting_for(self, agent: str) -> int:
        """How many wait for somebody with the skills of this agent."""
        return sum(not one.agent and not one.back and self.serves(agent, one.queue) for one in self._waiting)

    def talked(self, queue: str, seconds: float) -> None:
        """A call of this queue has taken so long: the next is thought to take about that."""
        if queue in self._talk:
            self._talk[queue] += _NEWS * (seconds - self._talk[queue])

    def estimate(self, waiting: Waiting, agents: Iterable[AgentView]) -> float | None:
        """In about how many seconds their turn comes; None if it has come, or nobody is at work who could take it."""
        at_work = sum(view.status in _AT_WORK and self.serves(view.agent, waiting.queue) for view in agents)
        if not at_work or waiting not in self._waiting:
            return None
        place = 1 + self._in_order().index(waiting)
        return ceil(place / at_work) * self._talk[waiting.queue]

    def views(self, agents: Collection[AgentView]) -> Iterator[QueueView]:
        """Every queue as a supervisor sees it, with these agents."""
        for name in self._queues:
            here = [one for one in self._waiting if one.queue == name and not one.agent]
            since = [one.since for one in here if not one.back]
            ready = sum(view.status is Status.READY and self.serves(view.agent, name) for view in agents)
            yield QueueView(name, len(since), min(since, default=None), ready, len(here) - len(since))

    def _in_order(self) -> list[Waiting]:
        return sorted(self._waiting, key=lambda one: (-self._queues[one.queue].priority, one.since))


def _idle_since(view: AgentView) -> datetime:
    return view.since
