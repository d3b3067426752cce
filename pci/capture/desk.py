"""Lets captures begin, at most one for each channel, and ends them all when the process ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import chain
from typing import Final

from asterisk_ari import ApplicationTaken, AriError
from asterisk_ari import NotFound as NoSuchThing
from pci.capture.fields import PROMPTS
from pci.capture.lookout import Lookout
from pci.capture.room import Room
from pci.capture.session import CaptureSession
from pci.contract import CaptureRequest, Health
from pci.errors import ChannelNotFound, InvalidRequest, NotFound, NotReady, SessionInProgress
from pci.hearing.ears import Ears
from pci.log import log

# a capture broken off by a crash of this process: time for the call side to tell the caller so
_STRAY_SECONDS: Final = 15.0
_FAREWELL_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 0.05


class CaptureDesk:
    """Admits captures to the `room`."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._sessions: dict[str, CaptureSession] = {}
        self._closed = False

    @property
    def ears(self) -> Ears:
        """What hears the callers."""
        return self._room.ears

    def health(self) -> Health:
        """Whether a capture could begin now."""
        checks = {"asterisk-not-connected": not self._room.app.connected, "stopping": self._closed}
        reasons = tuple(reason for reason, failed in checks.items() if failed)
        return Health(ready=not reasons, reasons=reasons)

    async def admit(self, request: CaptureRequest) -> CaptureSession:
        """A capture, ready to run; whoever runs it dismisses it. Raises one of `Refused` if it may not begin."""
        own = chain.from_iterable(rule.say for rule in request.prompts)
        if request.return_to == self._room.app.name or not self._room.prompts.has_all(
            PROMPTS.union(own, request.opening), request.language
        ):
            raise InvalidRequest
        try:
            channel = await self._room.app.asterisk.channel(request.channel_id)
        except NoSuchThing:
            raise ChannelNotFound from None
        except AriError:
            raise NotReady from None
        if not self.health().ready:  # the process may have begun to end while Asterisk was asked
            raise NotReady
        if request.channel_id in self._sessions:
            raise SessionInProgress
        session = self._sessions[request.channel_id] = CaptureSession(self._room, request, channel)
        return session

    def find(self, capture_id: str) -> CaptureSession:
        """A capture that runs; `NotFound` if it has ended or never was."""
        for session in self._sessions.values():
            if session.id == capture_id:
                return session
        raise NotFound

    def dismiss(self, session: CaptureSession) -> None:
        """The capture is over: its channel may be captured again."""
        del self._sessions[session.request.channel_id]

    def holds(self, channel_id: str) -> bool:
        """Whether this caller is in a capture, or about to be."""
        return channel_id in self._sessions

    def close(self) -> None:
        """Admit no more and stop what runs: callers are given back and heard no more, security codes are wiped."""
        self._closed = True
        for session in self._sessions.values():
            session.close()
        self._room.captures.release_all()
        self._room.ears.close()

    async def given_back(self) -> None:
        """Return once every caller has been given back, after `close`; or some seconds later."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                while self._sessions:  # noqa: ASYNC110 - no event tells of the last one
                    await asyncio.sleep(_LOOK_SECONDS)

    async def look_after_callers(self) -> None:
        """Watch that every caller is alone, and end calls in our application that have no capture.

        Returns, with an alarm, when another client has taken the application: no key reaches us from then on, and
        the captures have ended by themselves.
        """
        app = self._room.app
        lookout = Lookout(app, self._sessions.values, self._room.patience.look)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(lookout.keep())
                async for start in app.arrivals():
                    group.create_task(self._see_off(start.channel_id))
        except* ApplicationTaken:
            await self._room.alarm("application_taken", resource=app.name)

    async def _see_off(self, channel_id: str) -> None:
        await asyncio.sleep(_STRAY_SECONDS)
        app = self._room.app
        with suppress(AriError):
            inside = (await app.asterisk.application(app.name)).channel_ids
            if channel_id in inside and channel_id not in self._sessions:
                log.warning("stray_channel_hung_up", channel_id=channel_id)
                await app.asterisk.hang_up(channel_id)
