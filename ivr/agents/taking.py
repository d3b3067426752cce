"""One payment in an agent's call: how far it is, and what the agent wants of it.

It is taken by the step `pay` itself, on the caller's own line: what is confirmed, charged and said is the same
wherever a payment is taken. It goes on without the agent: a closed page or a phone that is put down stops nothing.
"""

from __future__ import annotations

import asyncio
import secrets
import string
from contextlib import suppress
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

import structlog

from ivr.agents.desk import Payment
from ivr.agents.errors import NotNow
from ivr.agents.notes import checked_reference
from ivr.agents.paying_call import CardNotTaken, PayingCall
from ivr.agents.states.state import Over
from ivr.agents.view import FieldView, PaymentView
from ivr.errors import PciError
from ivr.flow.call import Captured, Charged, Invoice, LookupFailed
from ivr.flow.requests import EarlierPayment, Noted, RefundReason, RefundRequest
from ivr.flow.steps.pay import Pay
from ivr.store.errors import StoreError
from ivr.trace.amount import Amount
from ivr.trace.people import AgentPayment
from ivr.trace.recording import RecordedCall
from pci.contract import (
    CaptureCommand,
    CaptureEvent,
    CaptureOutcome,
    CapturePaused,
    CaptureResumed,
    CaptureStarted,
    CardField,
    ChargeState,
    DeclineReason,
    FieldProgress,
)

if TYPE_CHECKING:
    from ivr.agents.call import AgentCall

_log = structlog.get_logger()
_LOOK_SECONDS: Final = 0.2
_PURPOSE: Final = "agent"
_NOT_CONFIRMED: Final = "not-confirmed"
_IN_PROGRESS: Final = "in-progress"
VOID_REQUESTED: Final = "void-requested"
VOID_NOT_REQUESTED: Final = "void-not-requested"
_MAY_BE_CHARGED: Final = (ChargeState.APPROVED, ChargeState.UNKNOWN, ChargeState.PENDING)


class Phase(Enum):
    """How far a payment is."""

    KEYING = auto()
    """The caller is with the card side, or on the way."""
    PAUSED = auto()
    """They are back in the middle of a card."""
    CHARGING = auto()
    """The card is whole: it is confirmed by the caller, who is alone, and charged."""
    OVER = auto()


class Taking:
    """Runs in a task of the call, from `begin` on; states wait for what is `beyond` a phase."""

    def __init__(self, call: AgentCall, payment: Payment) -> None:
        checked_reference(payment.reference)
        self.name = "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
        self.payment = payment
        self.phase = Phase.KEYING
        self.called_off = False
        """Whether the agent wants it ended."""
        self._call = call
        self._capture_id = ""
        self._sent = False
        self._charged: Charged | None = None
        self._changed = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self.without_agent: Over | None = None
        """How the call ends for an agent whose phone has gone meanwhile; None while it is there."""

    @property
    def begun(self) -> bool:
        """Whether the caller was sent to the card side."""
        return self._work is not None

    def begin(self) -> None:
        """Send the caller to the card side."""
        view, payment = self._call.view, self.payment
        asked = {
            CardField.NUMBER: True,
            CardField.EXPIRY: True,
            CardField.SECURITY_CODE: payment.security_code,
            CardField.POSTAL_CODE: payment.postal_code,
        }
        fields = {field: FieldView() for field, wanted in asked.items() if wanted}
        shown = PaymentView(payment.amount, payment.reference, fields)
        self._call.show(payment=shown, earlier=(*view.earlier, view.payment) if view.payment else view.earlier)
        self._record()
        self._work = self._call.tasks.create_task(self._run(PayingCall(self._call, self)))

    async def beyond(self, phase: Phase) -> Phase:
        """The phase, once it is another."""
        while self.phase is phase:
            self._changed.clear()
            await self._changed.wait()
        return self.phase

    # what the agent wants

    async def talk(self) -> None:
        """Have the caller back after this field; NotNow if all was keyed."""
        await self._steer(CaptureCommand.PAUSE)

    async def go_on(self) -> None:
        """Back to the card; NotNow if it is not there any more."""
        await self._steer(CaptureCommand.RESUME)

    async def ask_again(self, field: CardField) -> None:
        """One field once more; NotNow if it is not asked, or all was keyed."""
        if not self._capture_id:
            raise NotNow
        try:
            await self._call.equipment.pci.ask_again(self._capture_id, field)
        except PciError:
            raise NotNow from None

    async def cancel(self) -> None:
        """End it. What was sent to the bank is waited for, and asked back if it was approved."""
        self.called_off = True
        if self._sent:
            self._show(told=VOID_REQUESTED)
        elif self.phase is Phase.CHARGING and self._work is not None:
            self._work.cancel()
        else:
            with suppress(NotNow):  # not begun, and then ended as it begins; or ended by itself, and not charged
                await self._steer(CaptureCommand.CANCEL)

    async def _steer(self, command: CaptureCommand) -> None:
        if not self._capture_id:
            raise NotNow
        try:
            await self._call.equipment.pci.steer(self._capture_id, command)
        except PciError:
            raise NotNow from None

    # what the payment tells

    def tell(self, event: CaptureEvent) -> None:
        """What the card side reports."""
        match event:
            case CaptureStarted():
                self._capture_id = event.capture_id
                if self.called_off:
                    self._call.tasks.create_task(self.cancel())
            case CapturePaused():
                self._turn(Phase.PAUSED)
            case CaptureResumed():
                self._turn(Phase.KEYING)
            case FieldProgress():
                self._progress(event)

    def captured(self, card: Captured | CaptureOutcome) -> None:
        """The card is whole, or will not be."""
        if isinstance(card, Captured):
            self._show(brand=card.brand, last4=card.last4)
            self._turn(Phase.CHARGING)
        else:
            self._show(told=str(card))

    def sends(self) -> None:
        """From now on it may be charged."""
        self._sent = True
        self._show(state=ChargeState.PENDING)

    def refused(self) -> None:
        """It was not charged, and will not be: another payment of the same is open, or was made."""
        self._sent = False
        self._show(state=None, told=_IN_PROGRESS)

    def charged(self, charged: Charged) -> None:
        """The bank has answered, as far as it is known."""
        self._charged = charged
        self._show(state=charged.state, decline_reason=charged.decline_reason)

    # inside

    async def _run(self, line: PayingCall) -> None:
        try:
            await self._pay(line)
            await self._ask_back_if_called_off(line)
        except CardNotTaken as end:
            self._show(told=str(end.outcome))
        except LookupFailed as failed:
            self._show(told=failed.outcome)
        except asyncio.CancelledError:
            if self.called_off and self._sent:  # the caller is gone, what the agent was promised is not
                self._call.equipment.tasks.create_task(self._ask_back_without_caller(line))
            if not self.called_off or self._sent:
                raise
            self._show(told=str(CaptureOutcome.CALLED_OFF))
            await line.drop()
        finally:
            self._record_end()
            self._turn(Phase.OVER)

    async def _pay(self, line: PayingCall) -> None:
        payment, known = self.payment, line.variables
        known.amount, known.account_number = payment.amount, payment.reference
        known.invoice = await self._invoice()
        of_whom = (
            {"amount": "amount", "reference": _PURPOSE} if known.invoice is None else {"amount": "invoice.amount"}
        )
        wanted = {"security_code": payment.security_code, "postal_code": payment.postal_code}
        # after a decline the agent says what to do: one card for each payment
        step = Pay.model_validate({"action": "charge", "decline_attempts": 1, **of_whom, **wanted})
        outcome = await step.run(RecordedCall(line, self._call.matter.recorder, self._call.equipment.prompts))
        shown = self._call.view.payment
        if shown is not None and shown.state is None and not shown.told:
            self._show(told=_NOT_CONFIRMED if outcome == "cancelled" else outcome)

    async def _invoice(self) -> Invoice | None:
        """The open bill that the agent means."""
        known = dict(self._call.matter.context).get("account_number", "")
        return await self._call.equipment.lookups.bill_meant(self.payment.reference, self.payment.amount, known)

    async def _ask_back_if_called_off(self, line: PayingCall) -> None:
        """What was approved, or may be, is not undone by us: a person is asked to give it back; the agent is told.

        Should it turn out that nothing was charged, the ledger takes the request back by itself.
        """
        if not self.called_off or self._charged is None:
            return
        if self._charged.state not in _MAY_BE_CHARGED:
            self._show(told="")
            return
        noted = await self._ask_back(line)
        self._show(told=VOID_NOT_REQUESTED if noted is Noted.NOT_NOTED else VOID_REQUESTED)

    async def _ask_back_without_caller(self, line: PayingCall) -> None:
        """The same of a charge that is seen through after its call."""
        equipment = self._call.equipment
        while line.charge_id in equipment.charging.in_flight:  # noqa: ASYNC110 - no event tells of one
            await asyncio.sleep(_LOOK_SECONDS)
        try:
            payment = await equipment.store.payments.find(line.charge_id)
        except StoreError as error:
            _log.error("refund_not_asked_for", charge_id=line.charge_id, reason=type(error).__name__)
            return
        if payment is not None and payment.state in _MAY_BE_CHARGED:
            await self._ask_back(line)

    async def _ask_back(self, line: PayingCall) -> Noted:
        amount = self.payment.amount
        paid = EarlierPayment(line.charge_id, self.payment.reference, amount, amount)
        return await line.note(RefundRequest(paid, amount, RefundReason.REQUESTED_BY_CUSTOMER))

    def _record_end(self) -> None:
        shown = self._call.view.payment
        if shown is not None:
            told = ", ".join(str(word) for word in (shown.state, shown.told) if word)
            self._record(told, shown.decline_reason)

    def _record(self, outcome: str = "", reason: DeclineReason | None = None) -> None:
        """Write down that it begins, or what came of it."""
        recorder, amount = self._call.matter.recorder, Amount.of(self.payment.amount)
        event = AgentPayment(
            at=recorder.now, agent=self._call.agent, amount=amount, outcome=outcome, decline_reason=reason
        )
        recorder.add(event)

    def _turn(self, phase: Phase) -> None:
        self.phase = phase
        self._changed.set()

    def _progress(self, event: FieldProgress) -> None:
        shown = self._call.view.payment
        if shown is None:
            return
        begun = event.entered or event.state != "entering" or event.field is CardField.SECURITY_CODE
        state = event.state if begun else "waiting"
        view = FieldView(state, event.entered, event.attempt, event.error_type)
        self._show(fields={**shown.fields, event.field: view}, brand=event.brand or shown.brand)

    def _show(self, **changed: object) -> None:
        shown = self._call.view.payment
        if shown is not None:
            self._call.show(payment=replace(shown, **changed))  # type: ignore[arg-type]
