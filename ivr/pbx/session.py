"""A call that another PBX hands in: taken once, paid alone with the card side, handed back with what came of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

import structlog

from asterisk_ari import AriApp, AriError, StasisStart
from ivr.calls.people import Called
from ivr.calls.services import Services
from ivr.calls.session import REJECTED, Session
from ivr.flow.call import CallerHungUp
from ivr.flow.engine import Ending
from ivr.flow.person import Reached
from ivr.pbx.paying import FAILED, PayingLine
from ivr.pbx.settings import PbxSettings
from ivr.pbx.signed import HandedIn, HandoverRefused, Refusal, Result, headers, read
from ivr.publishing.edition import Edition
from ivr.store.errors import StoreError
from ivr.trace.recording import RecordedCall

_log = structlog.get_logger()
FLOW = "handed-in"
"""What stands in the ledger where other calls have the name of their flow."""
_FAREWELL = "goodbye"
_BACK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Answers:
    """What stands in the place of a flow."""

    language: str
    name: str = FLOW

    def language_for(self, dialled: str) -> str:
        """The one of the PBX, whatever was dialled."""
        return self.language


def handed_in(app: AriApp, start: StasisStart, edition: Edition, services: Services) -> Session | str:
    """The call that a PBX hands in, or the reason to refuse it."""
    try:
        wanted = read(start.args, services.pbxs, services.store.database.now())
    except HandoverRefused as refused:
        _log.warning("handover_refused", reason=refused.refusal)
        return REJECTED
    session = HandedInSession(app, start.channel, _Answers(services.pbxs[wanted.pbx].language), edition, services)
    session.wanted = wanted
    return session


class HandedInSession(Session):
    """One such call, from its arrival to its end, whoever ends it."""

    kind: ClassVar = PayingLine
    wanted: HandedIn
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
        """Take the payment, then call the PBX with the result and let it have the caller."""
        outcome = str(Ending.COMPLETED)
        try:
            result = await self._call.pay(self.wanted, recorded)
        except CallerHungUp:
            raise
        except Exception:  # noqa: BLE001 - whatever fails here, the PBX gets its caller back
            _log.exception("call_failed")
            outcome, result = FAILED, self._call.failed
            await self._back_from_card_side()
        if await self._handed_back(result) is not Reached.TALKED:
            await self._call.speak((_FAREWELL,))
        await self._call.hang_up()
        return outcome

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
