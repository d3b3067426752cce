"""After a restart: the agents' calls that are still there are taken up again, or their callers told and served first.

What was written down says who they are. A caller whom the card side had comes when it gives them back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from asterisk_ari import AriError
from ivr.agents.call import AgentCall
from ivr.agents.floor import HOLD_TONE, Floor, Found, Visitor
from ivr.agents.flowless import Flowless
from ivr.agents.hold import Hold
from ivr.agents.matter import Matter
from ivr.agents.row import Waiting
from ivr.agents.states.picked_up_again import PickedUpAgain
from ivr.agents.view import Stage
from ivr.calls.line import Line
from ivr.calls.listening import listen
from ivr.flow.call import CallerHungUp
from ivr.flow.handover import HOLD_ON
from ivr.flow.person import Reached
from ivr.store.agent_calls import AgentCallRecord
from ivr.store.calls import FinishedCall
from ivr.store.errors import StoreError

_log = structlog.get_logger()
_TALKED: Final = frozenset({Stage.TALKING, Stage.CAPTURING, Stage.BETWEEN_FIELDS, Stage.CHARGING})
_AT_CARD_SIDE: Final = frozenset({Stage.CAPTURING, Stage.CHARGING})
_COME_SECONDS: Final = 5.0
_CARD_SECONDS: Final = 600.0
_FLOW: Final = "picked-up-again"
_FAREWELL: Final = {Reached.TALKED: "goodbye"}
_NOBODY: Final = "nobody-free"
_LOST: Final = "lost"


class Recall:
    """The calls that an earlier process left, as its ledger tells."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._left: dict[str, AgentCallRecord] = {}
        self._phones: frozenset[str] = frozenset()

    async def look(self) -> None:
        """Read what was left; before any call is taken."""
        try:
            left = await self._floor.equipment.store.agent_calls.living()
        except StoreError as error:
            _log.error("agent_calls_not_read", reason=type(error).__name__)
            return
        self._left = {record.caller_channel: record for record in left}
        self._phones = frozenset(record.phone_channel for record in left if record.phone_channel)

    def is_phone(self, channel_id: str) -> bool:
        """Whether it is an agent's phone in one of these calls, to be left alone until its caller is seen to."""
        return channel_id in self._phones

    def take(self, channel_id: str) -> Recalled | None:
        """The call of a caller who is found, or given back; None if they are in none of these."""
        record = self._left.pop(channel_id, None)
        return Recalled(self._floor, record) if record else None

    async def close_lost(self) -> None:
        """Release the agents whose callers are not there any more. Who is with the card side may be for a while."""
        await asyncio.sleep(_COME_SECONDS)
        await self._close([one for one in self._left.values() if one.stage not in _AT_CARD_SIDE])
        await asyncio.sleep(_CARD_SECONDS)
        await self._close(list(self._left.values()))

    async def _close(self, records: Sequence[AgentCallRecord]) -> None:
        for record in records:
            if self._left.pop(record.caller_channel, None):
                await release_phone(self._floor, record)
                await self._floor.records.end(record.id, _LOST)


class Recalled:
    """One of these calls, taken up again. Its place in its flow is lost: it ends when the agent is done."""

    def __init__(self, floor: Floor, record: AgentCallRecord) -> None:
        self._floor = floor
        self._record = record
        self._line = Line(floor.equipment.app.asterisk, record.caller_channel)
        self._kept = Flowless(record.call_id, _FLOW, record.number, record.language, record.asked)
        self._matter = Matter(
            record.call_id,
            record.number,
            self._kept.recorder(),
            record.language,
            queue=record.queue,
            context=record.context,
        )
        self._task: asyncio.Task[object] | None = None
        self._closing = False

    def close(self) -> None:
        """End it from our side."""
        self._closing = True
        if self._task is not None:
            self._task.cancel()

    async def run(self) -> FinishedCall | None:
        """Go on with it; None if it goes on after us. It never raises but when cancelled without `close`."""
        self._task = asyncio.current_task()
        outcome = "failed"
        with structlog.contextvars.bound_contextvars(call_id=self._record.call_id):
            _log.info("call_picked_up_again", state=self._record.stage)
            try:
                outcome = await self._converse()
            except asyncio.CancelledError:
                if not self._closing or self._task is None:
                    raise
                self._task.uncancel()
            except Exception:  # noqa: BLE001 - whatever fails in one call must not end the others
                _log.exception("call_failed")
            finally:
                await self._release()
        if self._line.left:
            return None
        return self._kept.finished(outcome, self._matter.recorder, self._floor.equipment)

    async def _converse(self) -> str:
        outcome = "caller-hung-up"
        with self._floor.equipment.app.watch(self._line.channel_id) as events:
            try:
                async with asyncio.TaskGroup() as tasks:
                    listener = tasks.create_task(listen(self._line, events))
                    reached = await self._go_on()
                    await self._say(_FAREWELL.get(reached, _NOBODY))
                    await self._line.hang_up()
                    listener.cancel()
                    outcome = str(reached)
            except* CallerHungUp:
                pass
        return outcome

    async def _go_on(self) -> Reached:
        record, floor = self._record, self._floor
        found = await self._talk_found()
        if found is None:
            await release_phone(floor, record)
            await self._say(HOLD_ON)
        if floor.has_queue(record.queue):
            waiting = Waiting(record.queue, record.asked)
            return await floor.wait(Visitor(self._line, self._matter, waiting, record.id, found))
        if found is not None:
            await self._talk_on(found)
        return Reached.TALKED

    async def _talk_found(self) -> Found | None:
        """The talk that this call was in, if the agent is there still, and has no other call meanwhile."""
        record = self._record
        if record.stage not in _TALKED or not record.phone_channel:
            return None
        try:
            await self._floor.equipment.app.asterisk.channel(record.phone_channel)
        except AriError:
            return None
        if not self._floor.keep(record.agent):
            return None
        return Found(record.agent, record.bridge, lambda call: PickedUpAgain(call, record.phone_channel))

    async def _talk_on(self, found: Found) -> None:
        """A talk that belongs to no queue, since an agent called out."""
        equipment = self._floor.equipment
        hold = Hold(self._line, lambda: [equipment.prompts.tone(HOLD_TONE)])
        async with asyncio.TaskGroup() as tasks:
            music = tasks.create_task(hold.run())
            call = AgentCall(equipment, self._matter, found.agent, self._line, hold)
            call.record, call.bridge = self._record.id, found.bridge
            await self._floor.serve(call, found.state)
            await hold.end()
            music.cancel()
        if not self._line.left:
            await self._floor.records.end(self._record.id, str(Reached.TALKED))

    async def _say(self, prompt: str) -> None:
        if not self._line.ended:
            await self._line.say([self._floor.equipment.prompts.media(prompt, self._matter.language)])

    async def _release(self) -> None:
        if not self._line.ended:
            try:
                await self._line.hang_up()
            except AriError as error:
                _log.warning("release_failed", reason=type(error).__name__)


async def release_phone(floor: Floor, record: AgentCallRecord) -> None:
    """Put an agent's phone down; fine if it is down, or was never picked up."""
    if record.phone_channel:
        try:
            await Line(floor.equipment.app.asterisk, record.phone_channel).hang_up()
        except AriError as error:
            _log.warning("release_failed", reason=type(error).__name__)
