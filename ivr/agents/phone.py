"""An agent's telephone in one call: rung, picked up, spoken to, lost, rung again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import Final, Protocol

import structlog

from asterisk_ari import (
    AriApp,
    AriError,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHangupRequest,
    Gap,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
    Watch,
)
from ivr.agents.hold import tone_ids
from ivr.calls.line import Line
from ivr.calls.people import CAUSES, LEG, shown_number
from ivr.flow.call import CallerHungUp
from ivr.flow.person import Reached

_log = structlog.get_logger()
_GRACE_SECONDS: Final = 10  # after which Asterisk itself stops ringing, should nobody be left here to do so
# Q.850: somebody put the phone down or refused, or we asked for it. Anything else took the phone from its owner
_HUNG_UP: Final = frozenset({0, 16, 17, 21, 31, 32})
_ADVICE: Final = "check [agents] endpoint in ivr.toml, [originate] endpoints in gate.toml, and the agent's phone"


class Listener(Protocol):
    """Who is told what happens on the phone."""

    def key_pressed(self, key: str) -> None:
        """The agent pressed a key on it."""

    def phone_gone(self, *, lost: bool) -> None:
        """It was put down after it had been picked up, or dropped out (`lost`)."""


class AgentPhone:
    """One agent's telephone. `tasks` are those of the call."""

    def __init__(self, app: AriApp, endpoint: str, tasks: asyncio.TaskGroup, listener: Listener) -> None:
        self._app = app
        self._endpoint = endpoint
        self._tasks = tasks
        self._listener = listener
        self.line = Line(app.asterisk, app.asterisk.new_id())
        self.picked_up = False
        self._tone = 0
        self._answered: asyncio.Future[Reached] = asyncio.get_running_loop().create_future()
        self._reader: asyncio.Task[None] | None = None

    async def ring(self, shown: str | None, seconds: float) -> Reached:
        """Ring it anew; TALKED once it is picked up. `shown` is the number that it shows as the caller's."""
        asterisk = self._app.asterisk
        self._watch(Line(asterisk, asterisk.new_id()))
        try:
            async with asyncio.timeout(seconds):
                await asterisk.originate(
                    self._endpoint,
                    self._app.name,
                    [LEG],
                    caller=shown_number(shown),
                    channel_id=self.line.channel_id,
                    seconds=int(seconds) + _GRACE_SECONDS,
                )
                return await self._answered
        except TimeoutError:
            with suppress(AriError):  # it stops by itself, after the grace
                await self.hang_up()
            return Reached.NO_ANSWER
        except AriError as error:
            _log.error("agent_not_rung", reason=type(error).__name__, advice=_ADVICE)
            return Reached.UNAVAILABLE

    def found(self, channel_id: str) -> None:
        """It was picked up before this process began, and is still."""
        self._watch(Line(self._app.asterisk, channel_id))
        self._told(Reached.TALKED)

    def next_tone(self) -> str:
        """The id of the tone that it plays next: never that of the last one, which may be ending still."""
        self._tone = 1 - self._tone
        return tone_ids(self.line)[self._tone]

    async def tell(self, media: Sequence[str]) -> None:
        """Play something to the agent alone; nothing if the phone is gone, which is told otherwise."""
        with suppress(CallerHungUp):
            await self.line.say(media)

    async def let_ring(self) -> None:
        """Let the agent hear that it rings somewhere."""
        with suppress(CallerHungUp):
            await self.line.ring()

    async def stop_ringing(self) -> None:
        """The end of it."""
        with suppress(CallerHungUp):
            await self.line.stop_ringing()

    async def hang_up(self) -> None:
        """Put it down; fine if it is down already."""
        self.picked_up = False
        await self.line.hang_up()

    def stop_listening(self) -> None:
        """Nothing of it is told any more."""
        if self._reader is not None:
            self._reader.cancel()

    def _watch(self, line: Line) -> None:
        self.line, self.picked_up = line, False
        self._answered = asyncio.get_running_loop().create_future()
        watching = ExitStack()
        events = watching.enter_context(self._app.watch(line.channel_id))
        self.stop_listening()
        self._reader = self._tasks.create_task(self._listen(line, events))
        self._reader.add_done_callback(lambda _: watching.close())

    async def _listen(self, line: Line, events: Watch) -> None:
        cause = 0
        async for event in events:
            if isinstance(event, StasisStart):
                self._told(Reached.TALKED)
            elif isinstance(event, (PlaybackFinished, Gap)):
                line.hear(event)
            elif isinstance(event, ChannelDtmfReceived):
                self._listener.key_pressed(event.digit)
            elif isinstance(event, (ChannelHangupRequest, ChannelDestroyed, StasisEnd)):
                cause = getattr(event, "cause", 0)
                break
        if line is not self.line:
            return
        if self.picked_up:
            self.picked_up = False
            self._listener.phone_gone(lost=cause not in _HUNG_UP)
        else:
            self._told(CAUSES.get(cause, Reached.UNAVAILABLE))

    def _told(self, reached: Reached) -> None:
        if not self._answered.done():
            self.picked_up = reached is Reached.TALKED
            self._answered.set_result(reached)
