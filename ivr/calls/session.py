"""One call: one task group, in which the flow runs while the channel is listened to. A hang-up cancels the flow."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar, Protocol

import structlog

from asterisk_ari import AriApp, AriError, Channel
from ivr.calls.call import LiveCall
from ivr.calls.line import Line
from ivr.calls.listening import listen
from ivr.calls.services import Origin, Services
from ivr.flow.call import CallerHungUp
from ivr.flow.engine import Ending, StepTaken, run_flow
from ivr.flow.model import Flow
from ivr.publishing.edition import Edition
from ivr.store.calls import FinishedCall
from ivr.trace.events import Began
from ivr.trace.recorder import Recorder
from ivr.trace.recording import RecordedCall

_log = structlog.get_logger()
_FAILED = "failed"
_CLOSED = "closed"
_CUT_OFF = "interrupted"
REJECTED = "rejected"
"""The reason with which a call is not taken; whoever sent it keeps it."""
_FAREWELL_SECONDS = 10.0


class Answering(Protocol):
    """What answers a call: a flow, as far as the call has to know it."""

    @property
    def name(self) -> str:
        """What the log and the ledger call it."""

    def language_for(self, dialled: str) -> str:
        """The language that it begins in."""


class Session:
    """A call from its arrival to its end, whoever ends it. It keeps the edition that it began with.

    What is done in it is `proceed`, of `FlowSession` and of others.
    """

    kind: ClassVar[type[LiveCall]] = LiveCall

    def __init__(self, app: AriApp, channel: Channel, flow: Answering, edition: Edition, services: Services) -> None:
        # letters and few digits, so that no part of an id can pass for a card number
        call_id = f"c{secrets.token_urlsafe(9)}"
        self.origin = Origin(call_id, channel.dialled, channel.caller_number or None, flow.name)
        self._app = app
        self._answered = channel.state == "Up"
        self._flow = flow
        self._version = edition.number
        self._services = services = replace(services, prompts=edition.prompts)
        self._line = Line(app.asterisk, channel.id)
        self._started = services.store.database.now()
        self._recorder = Recorder(self._began())
        language = flow.language_for(channel.dialled)
        self._call = self.kind(self.origin, self._line, language, services, self._recorder)
        self.last = ""
        """How the step that was over last ended."""
        self._task: asyncio.Task[object] | None = None
        self._closing = False

    async def admitted(self) -> bool:
        """Whether the call is taken at all."""
        return True

    async def proceed(self, recorded: RecordedCall) -> str:
        """What is done in the call once it is answered; how it ended."""
        raise NotImplementedError

    def observe(self, taken: StepTaken) -> None:
        """A step of its flow is over."""
        self.last = taken.outcome
        self._recorder.taken(taken)
        _log.info("step_done", step=taken.step, verb=taken.verb, outcome=taken.outcome)

    def close(self) -> None:
        """End the call from our side: say so to the caller and hang up."""
        self._closing = True
        if self._task is not None:
            self._task.cancel()

    async def run(self) -> FinishedCall | None:
        """Answer, run the flow, and release everything; never raises but when cancelled without `close`.

        None if the call goes on without this process.
        """
        self._task = asyncio.current_task()
        outcome, origin = _FAILED, self.origin
        with structlog.contextvars.bound_contextvars(call_id=origin.call_id):
            _log.info("call_started", flow=origin.flow, version=self._version, dialled=origin.dialled)
            try:
                outcome = await self._converse()
            except Exception:  # noqa: BLE001 - whatever fails in one call must not end the others
                _log.exception("call_failed")
            finally:
                await self._release()
                call = self._finished(outcome)
                _log.info(
                    "call_ended", outcome=outcome, seconds=round((call.ended - call.started).total_seconds(), 3)
                )
        return None if self._line.left else call

    def _began(self) -> Began:
        origin, language = self.origin, self._flow.language_for(self.origin.dialled)
        return Began(
            call=origin.call_id,
            flow=origin.flow,
            version=self._version,
            dialled=origin.dialled,
            language=language,
            started=self._started,
            number_told=bool(origin.caller),
        )

    def _finished(self, outcome: str) -> FinishedCall:
        origin, ended = self.origin, self._services.store.database.now()
        trace = self._recorder.end(outcome) if self._services.traced else ""
        return FinishedCall(
            id=origin.call_id,
            dialled=origin.dialled,
            caller=origin.caller,
            flow=origin.flow,
            started=self._started,
            ended=ended,
            outcome=outcome,
            version=self._version,
            trace=trace,
        )

    async def _converse(self) -> str:
        outcome: str = Ending.CALLER_HUNG_UP
        with self._app.watch(self._line.channel_id) as events:
            try:
                async with asyncio.TaskGroup() as tasks:
                    listener = tasks.create_task(listen(self._line, events))
                    outcome = await self._talk()
                    listener.cancel()
            except* CallerHungUp:
                pass
        we_did = outcome == Ending.CALLER_HUNG_UP and self._line.ended
        return _CUT_OFF if we_did else outcome

    async def _talk(self) -> str:
        try:
            if self._closing:
                raise asyncio.CancelledError
            if not await self.admitted():
                await self._line.hang_up(REJECTED)
                return REJECTED
            if not self._answered:
                await self._line.answer()
            return await self.proceed(RecordedCall(self._call, self._recorder, self._services.prompts))
        except asyncio.CancelledError:
            if not self._closing or self._task is None:
                raise
            self._task.uncancel()
            await self._say_farewell()
            return _CLOSED

    async def _say_farewell(self) -> None:
        if self._line.left:  # they talk with an agent, and go on without this process
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._call.say_farewell()
        await self._call.hang_up()

    async def _release(self) -> None:
        if not self._line.ended:
            try:
                await self._line.hang_up()
            except AriError as error:
                # the channel, if it is still there, comes back as an arrival when Asterisk is back
                _log.warning("release_failed", reason=type(error).__name__)


class FlowSession(Session):
    """A call of a flow."""

    def __init__(self, app: AriApp, channel: Channel, flow: Flow, edition: Edition, services: Services) -> None:
        super().__init__(app, channel, flow, edition, services)
        self._steps = flow

    async def proceed(self, recorded: RecordedCall) -> str:
        """Run the flow."""
        return await run_flow(self._steps, recorded, self.observe, self._recorder.entered)
