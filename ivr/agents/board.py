"""What every agent does now, and who looks at it: the views, kept and handed to those who watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from ivr.agents.alerts import alerts
from ivr.agents.day import Day
from ivr.agents.errors import NotSignedOn
from ivr.agents.settings import AlertSettings
from ivr.agents.view import AgentView, CallView, Notice, QueueView, Stage, Status, Wall

T = TypeVar("T")
_USUAL: Final = AlertSettings()


class Board:
    """The views. Whoever watches gets the latest one: of changes that come at once, only what they lead to."""

    def __init__(self, clock: Callable[[], datetime], rules: AlertSettings = _USUAL) -> None:
        self.clock = clock
        self._rules = rules
        self._today = Day()
        self._views: dict[str, AgentView] = {}
        self._queues: tuple[QueueView, ...] = ()
        self._calls = self._captures = 0
        self._changed = asyncio.Event()

    def of(self, agent: str) -> AgentView:
        """The agent now; one who was never here is signed off."""
        return self._views.setdefault(agent, AgentView(agent, agent, Status.SIGNED_OFF, self.clock()))

    def here(self, agent: str) -> AgentView:
        """The same, of somebody who is signed on; NotSignedOn otherwise."""
        view = self._views.get(agent)
        if view is None or (view.status is Status.SIGNED_OFF and view.call is None):
            raise NotSignedOn
        return view

    def present(self) -> Collection[AgentView]:
        """All who are signed on, or leave once their call is over."""
        return tuple(view for view in self._views.values() if view.status is not Status.SIGNED_OFF or view.call)

    def wall(self) -> Wall:
        """All at a glance."""
        agents = tuple(map(_without_card, sorted(self.present(), key=lambda view: view.name)))
        wall = Wall(agents, self._queues, self._calls, self._captures, self._today)
        return replace(wall, alerts=tuple(alerts(wall, self._rules, self.clock())))

    def put(self, view: AgentView) -> None:
        """An agent is now as this says."""
        self._views[view.agent] = view
        self._touch()

    def sign_on(self, agent: str, name: str) -> None:
        """An agent is here; with the call that they have still, or busy until they say that they are ready."""
        view = self.of(agent)
        if view.status is Status.SIGNED_OFF:
            view = replace(view, status=_meanwhile(view.call), since=self.clock())
        self.put(replace(view, name=name))

    def turn(self, agent: str, status: Status, notice: Notice = Notice.NONE) -> None:
        """An agent has another status, from now on; the same one again keeps its time."""
        view = self.of(agent)
        since = view.since if view.status is status else self.clock()
        self.put(replace(view, status=status, since=since, notice=notice))

    def show(self, agent: str, call: CallView | None) -> None:
        """What stands of an agent's call."""
        self.put(replace(self.of(agent), call=call))

    def put_queues(self, queues: Iterable[QueueView]) -> None:
        """Who waits."""
        self._queues = tuple(queues)
        self._touch()

    def put_today(self, day: Day) -> None:
        """The day so far. It is put often, whether or not it has changed: how long somebody waits does by itself."""
        self._today = day
        self._touch()

    def count(self, calls: int, captures: int) -> None:
        """How many are on the line, and of these pay by card."""
        self._calls, self._captures = calls, captures
        self._touch()

    def watch(self, agent: str) -> AsyncIterator[AgentView]:
        """The agent now, then after every change."""
        return self._watched(lambda: self.of(agent))

    def everybody(self) -> AsyncIterator[Wall]:
        """All at a glance now, then after every change."""
        return self._watched(self.wall)

    async def _watched(self, look: Callable[[], T]) -> AsyncIterator[T]:
        shown: T | None = None
        while True:
            changed, seen = self._changed, look()
            if seen != shown:
                shown = seen
                yield seen
            else:
                await changed.wait()

    def _touch(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _without_card(view: AgentView) -> AgentView:
    """A wall that is painted anew with each key that is pressed somewhere is of no use."""
    return replace(view, call=replace(view.call, payment=None, earlier=())) if view.call else view


def _meanwhile(call: CallView | None) -> Status:
    if call is None:
        return Status.BUSY
    return Status.WRAP_UP if call.stage is Stage.ENDED else Status.ON_CALL
