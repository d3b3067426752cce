"""Callers who kept their place in a queue and hung up: when it is their turn, an agent calls them.

The ledger says who they are, so that nobody is forgotten when this process ends. Whoever is not reached is tried
again after a while, and in the end handed to a person: `ivr callbacks` lists them.
"""

from __future__ import annotations

import asyncio
import math
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from ivr.addresses import is_e164
from ivr.agents.floor import Floor
from ivr.agents.outward import Errand, Outward
from ivr.agents.row import Waiting
from ivr.store.errors import StoreError
from ivr.store.places import Place

_log = structlog.get_logger()
LOOK_SECONDS: Final = 5.0


class Callbacks:
    """All who are called back by the agents of this floor."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._store = floor.equipment.store
        self._waiting: dict[int, Callback] = {}

    async def keep(self) -> None:
        """Let them wait and be called, until cancelled; a call that goes on is then as `Floor.leave` left it."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    await self._look(tasks)
                except StoreError as error:
                    _log.error("callbacks_not_read", reason=type(error).__name__)
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        places = {place.id: place for place in await self._store.places.kept()}
        for number, one in self._waiting.items():
            if number not in places and not one.called:  # they came by themselves, or a person has called them
                one.task.cancel()
        for number, place in places.items():
            callback = self._waiting.get(number)
            if callback is not None:
                callback.look_at_the_clock()
            if callback is not None and (callback.at_agent or not self._over(place)):
                continue
            if self._over(place):
                if callback is not None:
                    callback.task.cancel()
                await self._store.places.hand_to_person(number)
                _log.info("callback_handed_over", attempt=place.tries)
                continue
            callback = self._waiting[number] = Callback(self._floor, place)
            callback.task = tasks.create_task(self._see_through(callback))
            callback.task.add_done_callback(partial(self._forget, number))

    async def _see_through(self, callback: Callback) -> None:
        try:
            await callback.run()
        except Exception:  # noqa: BLE001 - whatever fails for one of them must not end the calls of the others
            _log.exception("callback_failed")

    def _forget(self, number: int, _: asyncio.Task[None]) -> None:
        del self._waiting[number]

    def _over(self, place: Place) -> bool:
        """Whether agents call them no more, or never could: the number is none that may be called."""
        settings, queue = self._floor.settings, self._floor.queues.get(place.queue)
        if queue is None or not is_e164(place.number) or not settings.may_call(place.number):
            return True
        waited = queue.callback_hours.time_open(place.since, self._floor.board.clock())
        return waited > timedelta(seconds=queue.callback_within) or place.tries >= queue.callback_tries


class Callback:
    """Somebody who waits for one try; an agent who does not take it lets the next one have it."""

    task: asyncio.Task[None]

    def __init__(self, floor: Floor, place: Place) -> None:
        self._floor = floor
        self._place = place
        self._places = floor.equipment.store.places
        self.called = False
        """Whether they were called, or are now."""
        self.at_agent = False
        """Whether an agent has it."""
        self._waiting = Waiting(place.queue, place.since, back=True, due=place.due)
        self.look_at_the_clock()

    def look_at_the_clock(self) -> None:
        """It rests while nobody may be called."""
        self._waiting.resting = not self._floor.calls_back(self._place.queue)

    async def run(self) -> None:
        """Wait for their turn; it is called once, and the ledger tells whether it is once more."""
        place, floor, waiting = self._place, self._floor, self._waiting
        while not self.called:
            agent = await floor.turn(waiting, math.inf)
            self.at_agent = True
            await Outward(floor, agent, place.number, self._errand()).run()
            self.at_agent = False
            waiting.refused[agent] = floor.board.clock()

    def _errand(self) -> Errand:
        place = self._place
        return Errand(place.queue, place.since, place.language, place.context, self._begins)

    async def _begins(self) -> bool:
        self.called = True
        if not self._floor.calls_back(self._place.queue):  # the hours ended while the agent's phone rang
            return False
        pause = timedelta(seconds=self._floor.queues[self._place.queue].callback_pause)
        again: datetime = self._floor.board.clock() + pause
        try:
            begun = await self._places.begin_try(self._place.id, again)
        except StoreError as error:  # what cannot be written down is not begun: it might never end
            _log.error("callback_not_begun", reason=type(error).__name__)
            return False
        _log.info("callback_begun", attempt=self._place.tries + 1)
        return begun
