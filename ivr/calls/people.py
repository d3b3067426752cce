"""A caller talks to a person: that one's phone rings, they hear what it is about, both talk until one goes.

Whoever goes first, the other is left neither in silence nor in a bridge: a person whose caller is gone is hung up on,
a caller whose person is gone goes on in the flow. Should this process die, Asterisk stops the ringing by itself, and
after a restart the person is hung up on and the caller begins anew.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from asterisk_ari import (
    AriApp,
    AriError,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHangupRequest,
    Gap,
    NotFound,
    NotInApplication,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
    Watch,
)
from ivr.calls.line import Line
from ivr.flow.call import CallerHungUp
from ivr.flow.keys import Keys
from ivr.flow.person import Introduction, Reached

_log = structlog.get_logger()
LEG: Final = "person"
"""The argument with which a person's leg comes into our application."""
_GRACE_SECONDS: Final = 10  # after which Asterisk itself stops ringing, should nobody be left here to do so
_WHISPERS: Final = 2
_SHOWN: Final = re.compile(r"\+?[0-9]{1,20}")
_GONE: Final = (NotFound, NotInApplication)
# Q.850: engaged, or the call was refused; nobody answered
CAUSES: Final = {17: Reached.BUSY, 21: Reached.BUSY, 18: Reached.NO_ANSWER, 19: Reached.NO_ANSWER}


def shown_number(number: str | None) -> str:
    """What a phone may be shown as the caller's number: a number and nothing else that a stranger made up."""
    return number if number and _SHOWN.fullmatch(number) else ""


@dataclass(frozen=True, slots=True)
class Called:
    """Whom to ring: what the log calls them, whom Asterisk calls, for how many seconds, with which SIP headers."""

    name: str
    endpoint: str
    ring: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class People:
    """Those whom flows may send callers to. `endpoints` are their phones by name; `tasks` outlive every call."""

    def __init__(self, app: AriApp, endpoints: Mapping[str, str], tasks: asyncio.TaskGroup) -> None:
        self._app = app
        self._endpoints = endpoints
        self._tasks = tasks

    async def connect(
        self, caller: Line, introduction: Introduction, whisper: Sequence[str], shown: str | None
    ) -> Reached:
        """Ring the person, and let them talk; the caller is alone again when it returns.

        `whisper` are the sounds that they hear first. `shown` is the number that their phone shows as the caller's.
        CallerHungUp when the caller is gone.
        """
        called = Called(introduction.to, self._endpoints.get(introduction.to, ""), introduction.ring)
        return await self.call(caller, called, whisper, shown)

    async def call(self, caller: Line, called: Called, whisper: Sequence[str], shown: str | None) -> Reached:
        """The same, for whomever Asterisk can call."""
        asterisk = self._app.asterisk
        leg, bridge = Line(asterisk, asterisk.new_id()), asterisk.new_id()
        with self._app.watch(leg.channel_id) as events, caller.deaf():
            try:
                await caller.ring()
                reached = await self._rung(leg, events, called, shown)
                if reached is Reached.TALKED and whisper and not await _accepts(leg, events, whisper):
                    reached = Reached.NO_ANSWER
                await caller.stop_ringing()
                if reached is Reached.TALKED:
                    reached = await self._talk(caller, leg, events, bridge)
            finally:
                await asyncio.shield(self._tasks.create_task(self._release(caller, leg, bridge)))
        _log.info("person_left", person=called.name, outcome=reached)
        return reached

    async def _rung(self, leg: Line, events: Watch, called: Called, shown: str | None) -> Reached:
        """TALKED once they have answered."""
        if not called.endpoint:
            return Reached.UNAVAILABLE
        _log.info("person_rung", person=called.name)
        try:
            async with asyncio.timeout(called.ring):
                await self._app.asterisk.originate(
                    called.endpoint,
                    self._app.name,
                    [LEG],
                    caller=shown_number(shown),
                    channel_id=leg.channel_id,
                    seconds=int(called.ring) + _GRACE_SECONDS,
                    headers=called.headers,
                )
                return await answered(events)
        except TimeoutError:
            return Reached.NO_ANSWER
        except AriError as error:
            _log.error("person_not_rung", person=called.name, reason=type(error).__name__, advice=_ADVICE)
            return Reached.UNAVAILABLE

    async def _talk(self, caller: Line, leg: Line, events: Watch, bridge: str) -> Reached:
        asterisk = self._app.asterisk
        await asterisk.create_bridge(bridge_id=bridge)
        try:
            # whatever the caller keys while they talk, a card perhaps, reaches nobody's phone
            await asterisk.add_channel(bridge, caller.channel_id, absorb_dtmf=True)
        except _GONE:
            raise CallerHungUp from None
        try:
            await asterisk.add_channel(bridge, leg.channel_id)
        except _GONE:
            return Reached.NO_ANSWER
        _log.info("person_joined")
        async for event in events:
            if isinstance(event, (ChannelHangupRequest, ChannelDestroyed, StasisEnd)):
                break
        return Reached.TALKED

    async def _release(self, caller: Line, leg: Line, bridge: str) -> None:
        """Part them and hang up on the person; what is gone already is fine.

        The caller comes out first: what is played to whom a destroyed bridge is still letting go is never heard.
        """
        asterisk = self._app.asterisk
        try:
            with suppress(*_GONE):
                await asterisk.remove_channel(bridge, caller.channel_id)
            with suppress(*_GONE):
                await asterisk.destroy_bridge(bridge)
            await leg.hang_up()
        except AriError as error:
            # the leg, if it is still there, comes back as an arrival when Asterisk is back, and is refused
            _log.warning("release_failed", reason=type(error).__name__)


_ADVICE: Final = "check the person's endpoint in ivr.toml, [originate] endpoints in gate.toml, and their phone"


async def answered(events: Watch) -> Reached:
    """What comes of a call that we make: TALKED once they have picked up."""
    async for event in events:
        if isinstance(event, StasisStart):
            _log.info("person_answered")
            return Reached.TALKED
        if isinstance(event, ChannelDestroyed):
            return CAUSES.get(event.cause, Reached.UNAVAILABLE)
    return Reached.UNAVAILABLE


async def _accepts(leg: Line, events: Watch, whisper: Sequence[str]) -> bool:
    """Whether the person takes the call, by key 1 on their own phone; not if they hang up."""
    accepted = False
    try:
        async with asyncio.TaskGroup() as tasks:
            listener = tasks.create_task(_listen(leg, events))
            accepted = await _asked(leg, whisper)
            listener.cancel()
    except* CallerHungUp:
        pass
    return accepted


async def _asked(leg: Line, whisper: Sequence[str]) -> bool:
    keys = Keys(most=1, finish_on_key="")
    for _ in range(_WHISPERS):
        if await leg.ask(whisper, lambda: whisper, keys) == "1":
            return True
    return False


async def _listen(leg: Line, events: Watch) -> None:
    """Bring the events of the person's leg to it; CallerHungUp when there is nobody on it any more."""
    async for event in events:
        if isinstance(event, (ChannelDtmfReceived, PlaybackFinished, Gap)):
            leg.hear(event)
        elif isinstance(event, (ChannelHangupRequest, ChannelDestroyed, StasisEnd)):
            break
    leg.gone()
