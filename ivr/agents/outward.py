"""A call that an agent makes: from the moment they ask for it until both ends are released."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import structlog

from asterisk_ari import AriError, Watch
from ivr.agents.call import AgentCall
from ivr.agents.floor import HOLD_TONE, Floor
from ivr.agents.flowless import Flowless
from ivr.agents.hold import Hold
from ivr.agents.matter import Caller, Matter, matter_of
from ivr.agents.states.calling_back import CallingBack
from ivr.agents.states.calling_out import CallingOut, Place
from ivr.agents.states.state import Over, State
from ivr.calls.line import Line
from ivr.calls.listening import listen
from ivr.calls.people import answered
from ivr.flow.call import CallerHungUp
from ivr.flow.person import Introduction, Reached

_log = structlog.get_logger()
LEG: Final = "called"
"""The argument with which whom an agent calls comes into our application."""
FLOW: Final = "dial-out"
"""What stands in the ledger where other calls have the name of their flow."""
CALLED_BACK: Final = "called-back"
"""The same, of a call to somebody who has asked for it."""
_RING_SECONDS: Final = 45.0
_GRACE_SECONDS: Final = 10
_FAREWELL: Final = "goodbye"
_ADVICE: Final = "check [agents] trunk in ivr.toml and [originate] endpoints in gate.toml"


@dataclass(frozen=True, slots=True)
class Errand:
    """Why somebody is called back: their place in a queue, and what its agents are to see.

    `begins` writes down that they are called now, and whether they want it still.
    """

    queue: str
    since: datetime
    language: str
    context: tuple[tuple[str, str], ...] = field(repr=False)
    begins: Callable[[], Awaitable[bool]]


class Outward:
    """One call out. It has a task of its own, for it belongs to no flow.

    With an `errand` it is to somebody who has asked to be called back: an agent may let another have it.
    """

    def __init__(self, floor: Floor, agent: str, number: str, errand: Errand | None = None) -> None:
        asterisk = floor.equipment.app.asterisk
        self._floor = floor
        self._agent = agent
        self._number = number
        self._errand = errand
        self._flow = CALLED_BACK if errand else FLOW
        call_id = f"c{secrets.token_urlsafe(9)}"
        language = errand.language if errand else floor.settings.language
        self._kept = Flowless(call_id, self._flow, number, language, floor.board.clock())
        recorder = self._kept.recorder()
        if errand:
            introduction = Introduction(errand.queue, _RING_SECONDS, queue=True, context=errand.context)
            caller = Caller(call_id, number, language, recorder)
            self._matter = matter_of(introduction, caller, (), floor.settings)
        else:
            self._matter = Matter(call_id, number, recorder, language)
        self._line = Line(asterisk, asterisk.new_id())

    async def run(self) -> None:
        """Ring the agent, ring the other end, let them talk; never raises but when cancelled."""
        floor, line = self._floor, self._line
        began = self._errand.since if self._errand else self._kept.began
        record = floor.equipment.tasks.create_task(
            floor.records.begin(self._matter, line.channel_id, since=began, agent=self._agent)
        )
        over = Over.CALLER_GONE
        with structlog.contextvars.bound_contextvars(call_id=self._matter.call_id), floor.equipment.tally.call():
            _log.info("call_started", flow=self._flow)
            try:
                over = await self._converse(await self._written_down(record))
            except Exception:  # noqa: BLE001 - whatever fails in one call must not end the others
                _log.exception("call_failed")
            finally:
                if not line.left:
                    await asyncio.shield(floor.equipment.tasks.create_task(self._release(record, over)))

    async def _written_down(self, record: asyncio.Task[int]) -> int:
        """Wait for it; the agent of a callback that is withdrawn meanwhile is free again."""
        try:
            return await asyncio.shield(record)
        except asyncio.CancelledError:
            self._floor.let_go(self._agent)
            raise

    async def _converse(self, record: int) -> Over:
        app, line, over = self._floor.equipment.app, self._line, Over.CALLER_GONE
        hold = Hold(line, lambda: [self._floor.equipment.prompts.tone(HOLD_TONE)])
        with app.watch(line.channel_id) as events:
            try:
                async with asyncio.TaskGroup() as tasks:
                    beside = [tasks.create_task(hold.run())]
                    call = AgentCall(self._floor.equipment, self._matter, self._agent, line, hold)
                    call.record = record

                    async def place() -> Reached:
                        reached = await self._place(events)
                        if reached is Reached.TALKED:
                            beside.append(tasks.create_task(listen(line, events)))
                        return reached

                    over = await self._floor.serve(call, lambda call: self._first(call, place))
                    await self._say_farewell(call)
                    for task in beside:
                        task.cancel()
            except* CallerHungUp:
                pass
        return over

    def _first(self, call: AgentCall, place: Place) -> State:
        """The state that it begins in. Who is called back is offered to an agent, as who waits on the line is."""
        if self._errand is None:
            return CallingOut(call, place)
        call.view = replace(call.view, called_back=True)
        return CallingBack(call, place)

    async def _place(self, events: Watch) -> Reached:
        """Ring the other end; TALKED once somebody has picked up."""
        if self._errand and not await self._errand.begins():
            return Reached.UNAVAILABLE
        return await self._ring(events)

    async def _ring(self, events: Watch) -> Reached:
        app, trunk = self._floor.equipment.app, self._floor.settings.trunk or ""
        try:
            async with asyncio.timeout(_RING_SECONDS):
                await app.asterisk.originate(
                    trunk.replace("{number}", self._number),
                    app.name,
                    [LEG],
                    channel_id=self._line.channel_id,
                    seconds=int(_RING_SECONDS) + _GRACE_SECONDS,
                )
                return await answered(events)
        except TimeoutError:
            return Reached.NO_ANSWER
        except AriError as error:
            _log.error("number_not_called", reason=type(error).__name__, advice=_ADVICE)
            return Reached.UNAVAILABLE

    async def _say_farewell(self, call: AgentCall) -> None:
        if call.talked_since is not None and not self._line.left:
            await self._line.say([self._floor.equipment.prompts.media(_FAREWELL, self._matter.language)])

    async def _release(self, record: asyncio.Task[int], over: Over) -> None:
        try:
            await self._line.hang_up()
        except AriError as error:
            _log.warning("release_failed", reason=type(error).__name__)
        await self._floor.records.end(await record, str(over))
        equipment = self._floor.equipment
        equipment.journal.note(self._kept.finished(str(over), self._matter.recorder, equipment))
        _log.info("call_ended", outcome=str(over))
