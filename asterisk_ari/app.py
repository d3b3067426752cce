"""One Stasis application: its connection to Asterisk, kept up, and its events, brought to their readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, suppress

import aiohttp
import structlog

from asterisk_ari.client import REQUEST_TIMEOUT, Asterisk
from asterisk_ari.dispatch import Dispatch
from asterisk_ari.errors import (
    ApplicationClosed,
    ApplicationTaken,
    AriError,
    AriRefused,
    AriUnreachable,
    LoginRefused,
    WrongPeer,
)
from asterisk_ari.events import UNDERSTOOD, ApplicationReplaced, Event, RestResponse, StasisStart, parse
from asterisk_ari.login import AriLogin, AriSocket
from asterisk_ari.rest import Rest
from asterisk_ari.road import FrameRoad, HttpRoad, open_session
from asterisk_ari.stream import frames, open_socket, pauses
from asterisk_ari.watch import Watch

HEARTBEAT = 2.0
# a connection that held for so long was a good one: the next loss is met with a short pause again
_STEADY = 5.0
# events that may come before it is known what is where: a second's worth of a very busy Asterisk
_EARLY_LIMIT = 10_000

log = structlog.get_logger()


class AriApp:
    """A Stasis application that is registered with Asterisk for as long as it is open.

    The connection is opened again, for ever, when it drops; see `Gap` for what a reader is told. Not so when another
    client opens the same application: then `taken` is true, every reader gets an `ApplicationTaken`, and it is over.
    """

    def __init__(
        self, session: aiohttp.ClientSession, where: AriLogin | AriSocket, name: str, heartbeat: float
    ) -> None:
        self.name = name
        self._by_frames = FrameRoad(REQUEST_TIMEOUT)
        road = self._by_frames if isinstance(where, AriSocket) or where.by_frames else HttpRoad(session, where)
        self.asterisk = Asterisk(Rest(road), name)
        """The REST verbs."""
        self.connected = False
        """Whether events flow now."""
        self._session = session
        self._where = where
        self._heartbeat = heartbeat
        self._dispatch = Dispatch()
        self._first_try = asyncio.Event()
        self._failure: AriError = AriUnreachable()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, where: AriLogin | AriSocket, name: str, *, heartbeat: float = HEARTBEAT, patience: float = 10.0
    ) -> AsyncIterator[AriApp]:
        """Register `name` with an Asterisk, or the gate before it, and have its events until the block ends.

        An Asterisk that is starting up is waited for `patience` seconds; then the `AriError` of the last attempt is
        raised (`LoginRefused` and `WrongPeer` at once). Channels left in the application by a predecessor come out of
        `arrivals()`.
        """
        async with open_session(where, REQUEST_TIMEOUT) as session:
            app = cls(session, where, name, heartbeat)
            failure: Exception | None = None
            async with asyncio.TaskGroup() as group:
                keeper = group.create_task(app._keep_connected())
                try:
                    await app._wait_until_open(patience)
                    yield app
                except Exception as error:  # noqa: BLE001 - raised below, outside of the group, which would wrap it
                    failure = error
                finally:
                    app._dispatch.end(ApplicationClosed)
                    keeper.cancel()
            if failure is not None:
                raise failure

    @property
    def taken(self) -> bool:
        """Whether another client opened this application, so that no event will come any more."""
        return self._dispatch.ended is ApplicationTaken

    def arrivals(self) -> AsyncIterator[StasisStart]:
        """Channels that come into the application and that nobody watches, those found after a gap among them.

        For one reader. Take an arrival, then `watch` its channel: its events are kept meanwhile.
        """
        return self._dispatch.arrivals()

    def watch(self, channel_id: str) -> AbstractContextManager[Watch]:
        """The events of one channel, in order, from now on: enter it before you cause them."""
        return self._dispatch.watch(channel_id)

    async def _wait_until_open(self, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                await self._first_try.wait()
        except TimeoutError:
            raise self._failure from None
        if not self.connected and not self.taken:
            raise self._failure

    async def _keep_connected(self) -> None:
        waits = pauses()
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._listen()
            except* ApplicationTaken:
                pass
            except* AriError as failures:
                self._failed(failures.exceptions[0])
            if self.connected:
                self._lost()
            if self._dispatch.ended is not None:
                return
            if loop.time() - began > _STEADY:
                waits = pauses()
            await asyncio.sleep(next(waits))

    async def _listen(self) -> None:
        """Bring what comes on one connection to who waits for it, until it drops.

        Answers are brought at once, events not before it is known what is where: whatever they tell comes after that.
        """
        async with open_socket(self._session, self._where, self.name, self._heartbeat) as socket:
            with self._by_frames.over(socket):
                async with asyncio.TaskGroup() as group:
                    early: list[Event] = []
                    resync = group.create_task(self._resync(early))
                    async for frame in frames(socket):
                        told = parse(frame)
                        if isinstance(told, RestResponse):
                            self._by_frames.answered(told)
                        elif self.connected:
                            self._deliver(told)
                        elif len(early) < _EARLY_LIMIT:
                            early.append(told)
                        else:
                            break
                    resync.cancel()
                    if not self.connected:
                        raise AriUnreachable

    def _deliver(self, event: Event) -> None:
        if type(event) is ApplicationReplaced:
            log.error("ari_application_taken", app=self.name)
            self.connected = False  # from now on, however long the far end takes to part
            self._dispatch.end(ApplicationTaken)
            raise ApplicationTaken
        self._dispatch.deliver(event)

    async def _narrow(self) -> None:
        """Ask not to be told what nobody here understands: a third of all events, every channel variable in them."""
        if isinstance(self._where, AriSocket):
            return  # the gate does so itself, and refuses whoever else asks
        with suppress(AriRefused):  # who may not ask for less gets it all
            await self.asterisk.tell_only(self.name, UNDERSTOOD)

    async def _resync(self, early: list[Event]) -> None:
        """Find out what is where now, then tell it, and after it the events that came `early`, meanwhile."""
        await self._narrow()
        subscribed = (await self.asterisk.application(self.name)).channel_ids
        living = {channel.id: channel for channel in await self.asterisk.channels()}
        # a leg that we are calling is subscribed to from the start, and in the application only once it has answered
        inside = frozenset(name for name in subscribed if name in living and living[name].running == "Stasis")
        self.connected = True
        self._dispatch.restored(inside, living)
        self._first_try.set()
        log.info("ari_connected", app=self.name)
        for event in early:
            self._deliver(event)
        early.clear()  # keys may be among them

    def _lost(self) -> None:
        self.connected = False
        self._dispatch.lost()
        log.warning("ari_connection_lost", app=self.name)

    def _failed(self, failure: Exception) -> None:
        log.warning("ari_connection_failed", app=self.name, reason=type(failure).__name__)
        if isinstance(failure, AriError):
            self._failure = failure
        if isinstance(failure, LoginRefused | WrongPeer):
            self._first_try.set()
