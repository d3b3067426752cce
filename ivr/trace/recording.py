"""Records a call at the door of the engine: whatever a flow does passes here, and what was keyed stays behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from ivr.flow.answer import Json
from ivr.flow.call import (
    Call,
    Captured,
    CaptureOrder,
    Charged,
    Due,
    Found,
    Invoice,
    Keys,
    Learned,
    LookupFailed,
    PaymentInProgress,
    Prompt,
    ReceiptChannel,
    SecureLineDown,
    StoredCard,
    Variables,
)
from ivr.flow.engine import StepTaken
from ivr.flow.person import Introduction, Reached
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.trace import card_events, events
from ivr.trace.amount import Amount
from ivr.trace.events import CUT_OFF, Began, Event
from ivr.trace.trace import MOST_EVENTS, lines
from ivr.trace.wording import text, written
from pci.contract import CaptureEvent, CaptureOutcome, FieldProgress, PromptSpoken

_RESERVE: Final = 50  # events that the end of a call may still need


class Recorder:
    """The trace of one call while it lasts. `clock` gives seconds."""

    def __init__(self, began: Began, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._events: list[Event] = [began]
        self._inside: list[tuple[str, str]] = []
        self._half: FieldProgress | None = None

    @property
    def now(self) -> int:
        """Milliseconds since the call began."""
        return round((self._clock() - self._began) * 1000)

    def add(self, event: Event) -> None:
        """Something happened. Of a call that does not end only the beginning is kept."""
        if len(self._events) < MOST_EVENTS - _RESERVE:
            self._events.append(event)

    def entered(self, step: str, verb: str) -> None:
        """A step begins."""
        self._inside.append((step, verb))

    def taken(self, taken: StepTaken) -> None:
        """A step is over."""
        self._inside.pop()
        self.add(events.Step(at=self.now, step=taken.step, verb=taken.verb, outcome=taken.outcome))

    def card_side_told(self, told: CaptureEvent) -> None:
        """The card side reports. Its counts are kept where a field was judged or left."""
        match told:
            case PromptSpoken():
                self.add(card_events.CardSideSaid(at=self.now, prompts=told.prompts))
            case FieldProgress(state="entering"):
                self._half = told
            case FieldProgress():
                self._half = None
                self._add_entry(told)

    def end(self, outcome: str) -> str:
        """The call is over: the whole trace, as lines."""
        if self._half:
            self._add_entry(self._half)
        cut_off = [
            events.Step(at=self.now, step=step, verb=verb, outcome=CUT_OFF) for step, verb in self._inside[::-1]
        ]
        return lines([*self._events, *cut_off[:_RESERVE], events.Ended(at=self.now, outcome=outcome)])

    def _add_entry(self, told: FieldProgress) -> None:
        self.add(
            card_events.CardEntry(
                at=self.now,
                field=told.field,
                state=told.state,
                keys=told.entered,
                attempt=told.attempt,
                brand=told.brand,
                error_type=told.error_type,
            )
        )


class RecordedCall:
    """A call that is recorded; implements `ivr.flow.call.Call` by another one."""

    def __init__(self, call: Call, recorder: Recorder, catalogue: Catalogue) -> None:
        self._call = call
        self._recorder = recorder
        self._catalogue = catalogue

    @property
    def language(self) -> str:
        """The two-letter language that the caller hears."""
        return self._call.language

    @property
    def variables(self) -> Variables:
        """What the flow knows so far."""
        return self._call.variables

    async def speak(self, prompt: Prompt) -> None:
        """Write down the prompt, which is heard from now on."""
        self._said(prompt)
        await self._call.speak(prompt)

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        """Write down the question, how many keys came, and which, if they chose what was offered."""
        self._said(prompt)
        pressed = await self._call.collect(prompt, keys)
        others = sum(not key.isdecimal() for key in pressed)
        choice = pressed if len(pressed) == 1 and pressed in keys.choices else None
        named = keys.amount(pressed) if keys.amount else None
        amount = Amount.of(named) if named else None
        self._add(events.Keyed(at=self._recorder.now, keys=len(pressed), others=others, choice=choice, amount=amount))
        return pressed

    async def find_invoice(self, account: str) -> Invoice | None:
        """Write down what was found, but not for whom."""
        try:
            invoice = await self._call.find_invoice(account)
        except LookupFailed:
            self._add(events.Lookup(at=self._recorder.now, result="unavailable"))
            raise
        if invoice is None:
            self._add(events.Lookup(at=self._recorder.now, result="not-found"))
            return None
        found = events.Lookup(
            at=self._recorder.now,
            result="found",
            amount=Amount.of(invoice.amount),
            due=invoice.due,
            mobile=bool(invoice.mobile),
            email=bool(invoice.email),
        )
        self._add(found)
        return invoice

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """Write down the amount, and whether texts about it can go somewhere."""
        invoice = self._call.invoice_for(amount, purpose)
        named = events.NamedInvoice(at=self._recorder.now, amount=Amount.of(amount), mobile=bool(invoice.mobile))
        self._add(named)
        return invoice

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        """Write down what came of it and what a flow can decide by, but no text of it."""
        try:
            learned = await self._call.ask_api(api, path, read)
        except LookupFailed:
            self._add(events.ApiAnswer(at=self._recorder.now, api=api, result="unavailable"))
            raise
        if learned is None:
            self._add(events.ApiAnswer(at=self._recorder.now, api=api, result="not-found"))
            return None
        invoice = learned.invoice
        answer = events.ApiAnswer(
            at=self._recorder.now,
            api=api,
            result="found",
            amount=invoice and Amount.of(invoice.amount),
            due=invoice and invoice.due,
            mobile=bool(invoice and invoice.mobile),
            email=bool(invoice and invoice.email),
            numbers={name: value for name, value in learned.own.items() if isinstance(value, Decimal)},
            yes_no={name: value for name, value in learned.own.items() if isinstance(value, bool)},
        )
        self._add(answer)
        return learned

    async def secure_line_ready(self) -> bool:
        """Write down the answer."""
        ready = await self._call.secure_line_ready()
        self._add(card_events.SecureLine(at=self._recorder.now, ready=ready))
        return ready

    async def find_stored_card(self, account: str) -> StoredCard | None:
        """Write down whether there is one, and its brand."""
        card = await self._call.find_stored_card(account)
        expired, brand = card is not None and card.expired, card and card.brand
        self._add(
            card_events.StoredCard(
                at=self._recorder.now, about="found", yes=card is not None, brand=brand, expired=expired
            )
        )
        return card

    async def may_keep_card(self, account: str) -> bool:
        """Write down the answer."""
        may = await self._call.may_keep_card(account)
        self._add(card_events.StoredCard(at=self._recorder.now, about="may-keep", yes=may))
        return may

    async def keep_card(self, account: str, card: Captured) -> bool:
        """Write down whether it is kept."""
        kept = await self._call.keep_card(account, card)
        self._add(card_events.StoredCard(at=self._recorder.now, about="kept", yes=kept))
        return kept

    async def capture(self, order: CaptureOrder, invoice: Invoice | None) -> Captured | CaptureOutcome:
        """Write down how it ended; the brand is all that is kept of a card."""
        try:
            captured = await self._call.capture(order, invoice)
        except SecureLineDown:
            self._add(card_events.Capture(at=self._recorder.now, outcome=card_events.SECURE_LINE_DOWN))
            raise
        except PaymentInProgress:
            self._add(card_events.Capture(at=self._recorder.now, outcome=card_events.IN_PROGRESS))
            raise
        taken = captured if isinstance(captured, Captured) else None
        outcome = CaptureOutcome.SUCCESS if isinstance(captured, Captured) else captured
        self._add(card_events.Capture(at=self._recorder.now, outcome=outcome, brand=taken and taken.brand))
        return captured

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """Write down the total and what came of it."""
        amount = Amount.of(due.total)
        try:
            charged = await self._call.charge(due, card)
        except PaymentInProgress:
            self._add(card_events.Charge(at=self._recorder.now, amount=amount, state=card_events.IN_PROGRESS))
            raise
        state, reason = charged.state, charged.decline_reason
        self._add(card_events.Charge(at=self._recorder.now, amount=amount, state=state, decline_reason=reason))
        return charged

    async def forget(self, card: Captured) -> None:
        """Write it down."""
        self._add(card_events.Forgotten(at=self._recorder.now))
        await self._call.forget(card)

    async def send_receipt(self, channel: ReceiptChannel) -> bool:
        """Write down whether one is on its way."""
        sent = await self._call.send_receipt(channel)
        self._add(events.Receipt(at=self._recorder.now, by=channel, sent=sent))
        return sent

    async def connect(self, introduction: Introduction) -> Reached:
        """Write down whom, and what came of it; what both said is heard by nobody else."""
        reached = await self._call.connect(introduction)
        self._add(events.Person(at=self._recorder.now, name=introduction.to, reached=reached))
        return reached

    async def hang_up(self) -> None:
        """Write it down."""
        self._add(events.HungUp(at=self._recorder.now))
        await self._call.hang_up()

    def _add(self, event: Event) -> None:
        self._recorder.add(event)

    def _said(self, prompt: Prompt) -> None:
        if prompt:
            said = text(prompt, self.language, self._catalogue)
            self._add(events.Said(at=self._recorder.now, prompts=written(prompt), text=said))
