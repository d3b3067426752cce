"""A caller's line while an agent has them pay: as in a flow, and the agent sees how far it is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from asterisk_ari import AriError
from ivr.calls.call import LiveCall
from ivr.calls.people import People
from ivr.calls.services import Origin, Services
from ivr.flow.call import (
    Captured,
    CaptureOrder,
    Charged,
    Due,
    Invoice,
    PaymentInProgress,
    SecureLineDown,
    StoredCard,
)
from ivr.flow.spoken import Prompt
from ivr.money import Money
from pci.contract import CaptureEvent, CaptureOutcome, CaptureRequest, CaptureResult

if TYPE_CHECKING:
    from ivr.agents.call import AgentCall
    from ivr.agents.taking import Taking

_FLOW = "agent"
_RESTART_SECONDS = 60.0  # that this process may take to be there again: it finds the agent's call then
_ENDED_BY_AGENT = (CaptureOutcome.CALLED_OFF, CaptureOutcome.PAUSED_TOO_LONG)


class CardNotTaken(Exception):
    """The agent ended it, so there is nothing to say to the caller that the agent does not say."""

    def __init__(self, outcome: CaptureOutcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class PayingCall(LiveCall):
    """Pays once, with what is captured once. `taking` is told of each stage as it is reached."""

    def __init__(self, call: AgentCall, taking: Taking) -> None:
        equipment, matter = call.equipment, call.matter
        origin = Origin(matter.call_id, "", matter.number or None, _FLOW, series=f"{taking.name}.")
        people = People(equipment.app, {}, equipment.tasks)
        services = Services(
            equipment.app.name,
            equipment.prompts,
            equipment.store,
            equipment.pci,
            equipment.charging,
            people,
            equipment.lookups,
            equipment.tally,
        )
        super().__init__(origin, call.caller, matter.language, services, matter.recorder)
        self.charge_id = origin.charge(1)
        self._call = call
        self._taking = taking
        self._card: Captured | None = None

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """What the agent has them pay, where that is no bill: one for each payment."""
        invoice, reference = super().invoice_for(amount, purpose), self._taking.payment.reference
        return Invoice(
            None,
            reference,
            f"{reference}-{self._taking.name}",
            amount,
            mobile=invoice.mobile,
            purpose=reference,
        )

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        """As LiveCall; CardNotTaken if the agent ended it."""
        captured = await super().capture(order, invoice)
        if isinstance(captured, Captured):
            self._card = captured
            if self._taking.called_off:
                await self.drop()
                raise CardNotTaken(CaptureOutcome.CALLED_OFF)
        elif captured in _ENDED_BY_AGENT:
            raise CardNotTaken(captured)
        self._taking.captured(captured)
        return captured

    async def speak(self, prompt: Prompt) -> None:
        """As LiveCall, to the caller alone."""
        with suppress(AriError):
            await self._call.part()
        await super().speak(prompt)

    async def hand_over(self, request: CaptureRequest) -> CaptureResult:
        """As LiveCall. Until now the two could talk: nobody waits in silence for what can be prepared."""
        try:
            await self._call.part()
        except AriError:
            raise SecureLineDown from None
        return await super().hand_over(request.model_copy(update={"return_within": _RESTART_SECONDS}))

    def told(self, event: CaptureEvent) -> None:
        """As LiveCall, and the agent sees it."""
        super().told(event)
        self._taking.tell(event)

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """As LiveCall; what was called off before is not sent."""
        if self._taking.called_off:
            await self.drop()
            raise CardNotTaken(CaptureOutcome.CALLED_OFF)
        self._taking.sends()
        try:
            charged = await super().charge(due, card)
        except PaymentInProgress:
            self._taking.refused()
            raise
        self._taking.charged(charged)
        return charged

    async def drop(self) -> None:
        """Let go of a card that will not be charged, and stop asking for anything."""
        await self._line.hush()
        if self._card is not None:
            await self.forget(self._card)
