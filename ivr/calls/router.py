"""Arrivals: each becomes a call of the flow that answers its number, or is refused for a reason networks know."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

import structlog

from asterisk_ari import AriApp, AriError, StasisStart
from ivr.agents.live import LiveDesk
from ivr.agents.outward import LEG as CALLED
from ivr.calls.journal import Journal
from ivr.calls.people import LEG
from ivr.calls.services import Services
from ivr.calls.session import FlowSession
from ivr.pbx.session import handed_in
from ivr.pbx.signed import ARGUMENT
from ivr.publishing.served import Served
from ivr.store.calls import FinishedCall

_log = structlog.get_logger()
_GIVEN_BACK = "back"


class Held(Protocol):
    """A call that is taken."""

    async def run(self) -> FinishedCall | None:
        """From now to its end; None if it goes on without this process."""

    def close(self) -> None:
        """End it from our side."""


class Router:
    """Takes calls of one application until it is told to stop; at most `max_calls` at a time."""

    def __init__(
        self,
        app: AriApp,
        served: Served,
        services: Services,
        journal: Journal,
        max_calls: int,
        agents: LiveDesk | None = None,
    ) -> None:
        self._app = app
        self._served = served
        self._services = services
        self._journal = journal
        self._max_calls = max_calls
        self._agents = agents
        self._sessions: set[Held] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._stopping = False

    @property
    def calls(self) -> int:
        """How many calls there are now."""
        return len(self._sessions)

    async def serve(self, stop: asyncio.Event, grace: float) -> None:
        """Take calls until `stop` is set; those in progress may go on for `grace` seconds and are then closed.

        Calls are refused while they end. Raises ApplicationTaken if another ivr took over the application.
        """
        async with asyncio.TaskGroup() as tasks:
            acceptor = tasks.create_task(self._accept(tasks))
            await stop.wait()
            self._stopping = True
            _log.info("stopping", calls=self.calls)
            with suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await self._quiet.wait()
            if self._agents is not None:
                self._agents.leave()
            for session in self._sessions:
                session.close()
            await self._quiet.wait()
            acceptor.cancel()

    async def _accept(self, tasks: asyncio.TaskGroup) -> None:
        async for start in self._app.arrivals():
            session = self._admit(start)
            if isinstance(session, str):
                tasks.create_task(self._refuse(start, session))
            elif session is not None:
                self._sessions.add(session)
                self._quiet.clear()
                tasks.create_task(self._hold(session))

    def _admit(self, start: StasisStart) -> Held | str | None:
        """A session for the call, or the reason (one of ARI's) to refuse it; None if another call sees to it.

        A call that was found after a gap is taken as if it had just arrived. One that the card side gives back and
        that nobody here knows any more has lost its place in its flow, perhaps in the middle of a payment: it ends.
        So does the leg of a person who answered when their caller was gone. Calls of agents are written down, though.
        """
        if self._agents is not None:
            if self._agents.recall.is_phone(start.channel_id):
                return None
            if recalled := self._agents.recall.take(start.channel_id):
                return recalled
        if start.args[:1] in ((_GIVEN_BACK,), (LEG,), (CALLED,)):
            return "normal"
        if self._stopping or self.calls >= self._max_calls:
            return "congestion"
        edition = self._served.edition
        if start.args[:1] == (ARGUMENT,):
            return handed_in(self._app, start, edition, self._services)
        flow = edition.book.find(start.channel.dialled)
        if flow is None:
            return "unallocated"
        return FlowSession(self._app, start.channel, flow, edition, self._services)

    async def _hold(self, session: Held) -> None:
        try:
            with self._services.tally.call():
                call = await session.run()
            if call is not None:
                self._journal.note(call)
        finally:
            self._sessions.discard(session)
            if not self._sessions:
                self._quiet.set()

    async def _refuse(self, start: StasisStart, reason: str) -> None:
        _log.warning("call_refused", reason=reason, dialled=start.channel.dialled)
        try:
            await self._app.asterisk.hang_up(start.channel_id, reason=reason)
        except AriError as error:
            _log.info("refused_call_gone", reason=type(error).__name__)
