"""The floor: which agent has which call, who waits, and who gets whom as soon as somebody has time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import structlog

from ivr.agents.call import AgentCall, Equipment
from ivr.agents.hold import Hold
from ivr.agents.matter import Caller, Matter, matter_of
from ivr.agents.records import Records
from ivr.agents.row import Row, Waiting
from ivr.agents.settings import AgentsSettings, QueueSettings
from ivr.agents.states.ringing import Ringing
from ivr.agents.states.state import Over, State
from ivr.agents.view import Notice, Stage, Status
from ivr.calls.line import Line
from ivr.flow.call import CallerHungUp
from ivr.flow.handover import callback_offer, wait_prompt
from ivr.flow.person import Introduction, Reached
from ivr.flow.spoken import Prompt
from ivr.prompts.rendering import render
from ivr.store.errors import StoreError
from ivr.store.places import Place

_log = structlog.get_logger()
_LOOK_AGAIN_SECONDS: Final = 10.0
HOLD_TONE: Final = "hold"
_AFTER: Final = {
    Over.DECLINED: (Status.READY, Notice.NONE),
    Over.NOT_TAKEN: (Status.BUSY, Notice.NOT_TAKEN),
    Over.UNREACHABLE: (Status.BUSY, Notice.PHONE_UNREACHABLE),
    Over.LOST: (Status.BUSY, Notice.PHONE_LOST),
    Over.CALLER_GONE: (Status.READY, Notice.CALLER_GONE),
    Over.TALKED: (Status.READY, Notice.NONE),
}


# who is with the card side is given back to the next process
_TAKEN_UP_AGAIN: Final = (Stage.TALKING, Stage.CAPTURING, Stage.BETWEEN_FIELDS)


@dataclass(frozen=True, slots=True)
class Found:
    """A talk that was going on before this process began: whose it is, in which bridge, and what it goes on with."""

    agent: str
    bridge: str
    state: Callable[[AgentCall], State]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who waits for an agent: on which line, why, and where that is written down."""

    line: Line
    matter: Matter
    waiting: Waiting
    record: int
    found: Found | None = None
    callback_key: str = ""

    def pressed(self, key: str) -> None:
        """They pressed a key while they wait."""
        if key == self.callback_key:
            self.waiting.leave()


class Floor:
    """All agents' calls of this process."""

    def __init__(self, equipment: Equipment, settings: AgentsSettings, queues: Mapping[str, QueueSettings]) -> None:
        self.equipment = equipment
        self.board = equipment.board
        self.settings = settings
        self.row = Row(queues, settings.skills)
        self.calls: dict[str, AgentCall] = {}
        """Those that go on, by agent."""
        self.ended: dict[str, AgentCall] = {}
        """Those that their agents write up."""
        self.phones: dict[str, str] = {}
        """Whom Asterisk calls to reach an agent, if that is not what the settings say."""
        self.records = Records(equipment.store.agent_calls)
        self.queues = queues

    def endpoint(self, agent: str) -> str:
        """Whom Asterisk calls to reach an agent."""
        return self.phones.get(agent) or self.settings.endpoint.replace("{agent}", agent)

    def has_queue(self, name: str) -> bool:
        """Whether there is a queue of this name."""
        return name in self.queues

    def calls_back(self, name: str) -> bool:
        """Whether people may be called back for this queue at this hour."""
        return name not in self.queues or self.queues[name].callback_hours.is_open(self.board.clock())

    def keep(self, agent: str) -> bool:
        """Keep an agent for one caller, and from all others; False if they have a call, or are offered one."""
        view = self.board.of(agent)
        if view.call is not None or view.status is Status.ON_CALL:
            return False
        self.board.turn(agent, Status.ON_CALL)
        return True

    def let_go(self, agent: str) -> None:
        """The call for which an agent was kept does not come about: they are ready, unless they have left."""
        if self.board.of(agent).status is Status.ON_CALL:
            self.board.turn(agent, Status.READY)
            self.assign()

    async def connect(
        self, line: Line, introduction: Introduction, whisper: Sequence[str], caller: Caller
    ) -> Reached:
        """Let a caller wait for an agent, and talk; they are alone on their line again when it returns.

        CallerHungUp when the caller is gone.
        """
        queue = introduction.to
        if queue not in self.queues:
            return Reached.UNAVAILABLE
        matter = matter_of(introduction, caller, whisper, self.settings)
        place = await self._place(matter)
        since = place.since if place else self.board.clock()
        record = await self.records.begin(matter, line.channel_id, since=since)
        if turned_away := self._turned_away(queue):  # written down all the same: they may keep this place
            await self.records.end(record, str(turned_away))
            return turned_away
        if place:
            self.equipment.tasks.create_task(self._call_no_more(place))
        return await self.wait(
            Visitor(line, matter, Waiting(queue, since), record, callback_key=introduction.callback_key)
        )

    def _turned_away(self, queue: str) -> Reached | None:
        """Why somebody cannot wait in a queue; None if they can."""
        if not self.row.staffed(queue, self.board.present()):
            return Reached.UNAVAILABLE
        return Reached.BUSY if self.row.full(queue) else None

    async def wait(self, visitor: Visitor) -> Reached:
        """The same for somebody whose wait is written down already."""
        hold = Hold(visitor.line, lambda: self._pieces(visitor), visitor.pressed)
        reached: Reached | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                music = tasks.create_task(hold.run())
                try:
                    reached = await self._served(visitor, hold)
                    await hold.end()
                finally:
                    music.cancel()
        except* CallerHungUp:
            raise CallerHungUp from None
        finally:
            self._close(visitor, reached)
        return reached or Reached.UNAVAILABLE

    async def _served(self, visitor: Visitor, hold: Hold) -> Reached:
        waiting = visitor.waiting
        now, most_wait = asyncio.get_running_loop().time, self.queues[waiting.queue].most_wait
        deadline = now() + most_wait
        found = visitor.found
        while True:
            first: Callable[[AgentCall], State] = Ringing
            if found is None:
                hold.begin()
                agent = await self.turn(waiting, deadline)
            else:
                agent, first = found.agent, found.state
            if not agent:
                return Reached.CALLBACK if waiting.leaving else Reached.NO_ANSWER
            call = AgentCall(self.equipment, visitor.matter, agent, visitor.line, hold)
            call.record = visitor.record
            if found is not None:
                call.bridge, found = found.bridge, None
            if await self.serve(call, first) is Over.TALKED:
                return Reached.TALKED
            waiting.refused[agent] = self.board.clock()
            if call.talked_since is not None:  # a talk was no wait
                deadline = now() + most_wait

    async def turn(self, waiting: Waiting, deadline: float) -> str:
        """The agent whose turn it is with them; "" if they leave, or at the deadline (of the loop)."""
        now = asyncio.get_running_loop().time
        waiting.agent = ""
        try:
            with self.row.joined(waiting):
                while waiting.agent or not (waiting.leaving or now() >= deadline):
                    self.assign()
                    with suppress(TimeoutError):  # somebody who refused is asked again after a while
                        async with asyncio.timeout_at(min(deadline, now() + _LOOK_AGAIN_SECONDS)):
                            return await waiting.offered()
        except asyncio.CancelledError:
            if waiting.agent:  # the caller went in the moment in which somebody was found
                self.let_go(waiting.agent)
            raise
        finally:
            self.assign()
        return ""

    async def serve(self, call: AgentCall, first: Callable[[AgentCall], State]) -> Over:
        """See an agent's call through, from its first state; how it ended for them."""
        self.calls[call.agent] = call
        call.endpoint = self.endpoint(call.agent)
        self.board.turn(call.agent, Status.ON_CALL)
        over = Over.CALLER_GONE
        try:
            over = await call.run(first, self.records)
            return over
        finally:
            del self.calls[call.agent]
            if not call.left_as_it_is:
                self._ended(call, over)

    def assign(self) -> None:
        """Give those who wait to those who are free, and let everybody see who waits."""
        for waiting, agent in list(self.row.matches(self.board.present(), self.board.clock())):
            self.board.turn(agent, Status.ON_CALL)
            waiting.offer(agent)
        for view in self.board.present():
            if view.waiting != (number := self.row.waiting_for(view.agent)):
                self.board.put(replace(view, waiting=number))
        self.board.put_queues(self.row.views(self.board.present()))

    def leave(self) -> None:
        """This process stops: whoever talks, talks on without it, and is found by the next one."""
        for call in self.calls.values():
            call.left_as_it_is = call.state.stage in _TAKEN_UP_AGAIN
            if call.left_as_it_is:
                call.caller.leave()

    def _ended(self, call: AgentCall, over: Over) -> None:
        """What an agent does next: write up a call that was one, or take another."""
        board, agent = self.board, call.agent
        status, notice = _AFTER[over]
        here = board.of(agent).status is not Status.SIGNED_OFF
        if call.talked_since is not None:
            self.row.talked(call.matter.queue, (board.clock() - call.talked_since).total_seconds())
        if call.engaged and over in (Over.TALKED, Over.CALLER_GONE):
            call.show(stage=Stage.ENDED, since=board.clock())
            self.ended[agent] = call
            status, notice = Status.WRAP_UP, notice or board.of(agent).notice
        else:
            board.show(agent, None)
        if here:
            board.turn(agent, status, notice)
        self.assign()

    async def _place(self, matter: Matter) -> Place | None:
        """The place that they have kept, if they were to be called back and call again before."""
        try:
            return await self.equipment.store.places.of(matter.queue, matter.number, matter.context)
        except StoreError as error:
            _log.error("callbacks_not_read", reason=type(error).__name__)
            return None

    async def _call_no_more(self, place: Place) -> None:
        """They wait on the line by themselves."""
        try:
            await self.equipment.store.requests.callback_done(place.id)
        except StoreError as error:
            _log.error("callback_not_closed", reason=type(error).__name__)

    def _close(self, visitor: Visitor, reached: Reached | None) -> None:
        if not visitor.line.left:
            self.equipment.tasks.create_task(self.records.end(visitor.record, str(reached or Over.CALLER_GONE)))

    def _pieces(self, visitor: Visitor) -> Sequence[str]:
        """What a caller hears next while they wait: unless it is their turn, how long it may take, and which key has
        them called back; a soft tone."""
        prompts, language = self.equipment.prompts, visitor.matter.language
        seconds = self.row.estimate(visitor.waiting, self.board.present())
        words: Prompt = ()
        if not visitor.waiting.agent:
            words = (wait_prompt(seconds),) if seconds is not None else ()
            words += callback_offer(visitor.callback_key) if visitor.callback_key else ()
        said = render(words, language, prompts).ids if words else ()
        return [*(prompts.media(prompt, language) for prompt in said), prompts.tone(HOLD_TONE)]
