"""A call that another PBX hands in: taken once, paid alone with the card side, handed back with what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

import structlog

from asterisk_ari import AriApp, AriError, StasisStart
from ivr.calls.people import Called
from ivr.calls.services import Services
from ivr.calls.session import REJECTED, Session
from ivr.flow.call import CallerHungUp, LookupFailed
from ivr.flow.engine import Ending, run_flow
from ivr.flow.model import Flow
from ivr.flow.person import Reached
from ivr.pbx.paying import PayingLine, RecordedPayingLine
from ivr.pbx.runs import NAME, flow_for
from ivr.pbx.settings import PbxSettings
from ivr.pbx.signed import HandedIn, HandoverRefused, Refusal, Result, headers, read
from ivr.publishing.edition import Edition
from ivr.store.errors import StoreError
from ivr.trace.amount import Amount
from ivr.trace.people import Order, Person
from ivr.trace.recording import RecordedCall

_log = structlog.get_logger()
_FAILED = "failed"
_NOT_POSSIBLE = "payments-not-possible"
_FAREWELL = "goodbye"
_BACK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Answers:
    """What stands in the place of a flow."""

    language: str
    name: str = NAME

    def language_for(self, dialled: str) -> str:
        """The one of the PBX, whatever was dialled."""
        return self.language


def handed_in(app: AriApp, start: StasisStart, edition: Edition, services: Services) -> Session | str:
    """The call that a PBX hands in, or the reason to refuse it."""
    try:
        wanted = read(start.args, services.pbxs, services.store.database.now())
        _insist_on_amount(wanted, edition)
    except HandoverRefused as refused:
        _log.warning("handover_refused", reason=refused.refusal)
        return REJECTED
    session = HandedInSession(app, start.channel, _Answers(services.pbxs[wanted.pbx].language), edition, services)
    session.wanted, session.called = wanted, edition.book.called
    return session


def _insist_on_amount(wanted: HandedIn, edition: Edition) -> None:
    flow = flow_for(wanted.run, edition.book.called)
    if wanted.amount is None and any("amount" in placed.step.needs() for placed in flow.steps.values()):
        raise HandoverRefused(Refusal.AMOUNT)


class HandedInSession(Session):
    """One such call, from its arrival to its end, whoever ends it."""

    kind: ClassVar = PayingLine
    wanted: HandedIn
    called: Mapping[str, Flow]
    _call: PayingLine

    async def admitted(self) -> bool:
        """Whether it is the first time that this session is handed in; a ledger that cannot tell takes none."""
        wanted = self.wanted
        try:
            first = await self._services.store.handovers.take(wanted.pbx, wanted.session)
        except StoreError as error:
            _log.error("handover_refused", reason=type(error).__name__)
            return False
        if not first:
            _log.warning("handover_refused", reason=Refusal.REPLAYED)
        return first

    async def proceed(self, recorded: RecordedCall) -> str:
        """Do what is wanted, then call the PBX with the result and let it have the caller."""
        outcome, status = str(Ending.COMPLETED), _FAILED
        try:
            status = await self._run(RecordedPayingLine(self._call, self._recorder, self._services.prompts))
        except CallerHungUp:
            raise
        except Exception:  # noqa: BLE001 - whatever fails here, the PBX gets its caller back
            _log.exception("call_failed")
            outcome = _FAILED
            await self._back_from_card_side()
        reached = await self._handed_back(self._call.came_to(status))
        self._recorder.add(Person(at=self._recorder.now, name=self.wanted.pbx, reached=reached))
        if reached is not Reached.TALKED:
            await self._call.speak((_FAREWELL,))
        await self._call.hang_up()
        return outcome

    async def _run(self, recorded: RecordedCall) -> str:
        """What came of what is wanted; CallerHungUp."""
        wanted, recorder = self.wanted, self._recorder
        try:
            bill = await self._call.take(wanted)
        except LookupFailed as failed:
            _log.warning("nothing_asked_for", outcome=failed.outcome)
            await recorded.speak((_NOT_POSSIBLE,))
            return failed.outcome
        amount = wanted.amount and Amount.of(wanted.amount)
        recorder.add(Order(at=recorder.now, pbx=wanted.pbx, run=wanted.run, amount=amount, bill=bill))
        ended = await run_flow(flow_for(wanted.run, self.called, bill=bill), recorded, self.observe, recorder.entered)
        if ended is Ending.CALLER_HUNG_UP:
            raise CallerHungUp
        return self.last if ended is Ending.COMPLETED else _FAILED

    async def _handed_back(self, result: Result) -> Reached:
        database, pbx = self._services.store.database, self._pbx
        called = Called(self.wanted.pbx, self.wanted.back, pbx.ring, headers(pbx, result, database.now()))
        try:
            reached = await self._services.people.call(self._line, called, (), self.origin.caller)
        except AriError as error:
            _log.error("handing_back_failed", reason=type(error).__name__)
            return Reached.UNAVAILABLE
        _log.info("handed_back", outcome=reached)
        return reached

    async def _back_from_card_side(self) -> None:
        """Wait until the card side, which is told that nobody follows the capture any more, lets go of the caller."""
        if self._line.is_away:
            with suppress(TimeoutError):
                async with asyncio.timeout(_BACK_SECONDS):
                    await self._line.returned.wait()

    @property
    def _pbx(self) -> PbxSettings:
        return self._services.pbxs[self.wanted.pbx]
