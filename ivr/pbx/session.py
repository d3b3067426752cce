"""A call that another PBX hands in: taken once, paid alone with the card side, handed back with what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import structlog

from asterisk_ari import AriApp, StasisStart
from ivr.calls.people import Called
from ivr.calls.services import Services
from ivr.calls.session import REJECTED, Session
from ivr.flow.engine import Ending
from ivr.flow.person import Reached
from ivr.pbx.paying import PayingLine
from ivr.pbx.settings import PbxSettings
from ivr.pbx.signed import HandedIn, HandoverRefused, Refusal, headers, read
from ivr.publishing.edition import Edition
from ivr.store.errors import StoreError
from ivr.trace.recording import RecordedCall

_log = structlog.get_logger()
FLOW = "handed-in"
"""What stands in the ledger where other calls have the name of their flow."""
_FAREWELL = "goodbye"


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
        result = await self._call.pay(self.wanted, recorded)
        database, pbx = self._services.store.database, self._pbx
        called = Called(self.wanted.pbx, self.wanted.back, pbx.ring, headers(pbx, result, database.now()))
        reached = await self._services.people.call(self._line, called, (), self.origin.caller)
        _log.info("handed_back", outcome=reached)
        if reached is not Reached.TALKED:
            await self._call.speak((_FAREWELL,))
        await self._call.hang_up()
        return str(Ending.COMPLETED)

    @property
    def _pbx(self) -> PbxSettings:
        return self._services.pbxs[self.wanted.pbx]
