"""Records a call at the door of the engine: whatever a flow does passes here, and what was keyed stays behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from ivr.flow.answer import Json
from ivr.flow.call import (
    Call,
    Captured,
    CaptureOrder,
    Charged,
    Due,
    Found,
    Invoice,
    Learned,
    LookupFailed,
    PaymentInProgress,
    ReceiptChannel,
    SecureLineDown,
    StoredCard,
    Variables,
)
from ivr.flow.keys import Keys
from ivr.flow.person import Introduction, Reached
from ivr.flow.requests import EarlierPayment, Noted, Request
from ivr.flow.spoken import Prompt
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.trace import card_events, events, people
from ivr.trace.amount import Amount
from ivr.trace.events import Event
from ivr.trace.recorder import Recorder
from ivr.trace.wording import text, written
from ivr.understanding.listening import Said
from pci.contract import CaptureOutcome


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

    @language.setter
    def language(self, language: str) -> None:
        self._call.language = language

    @property
    def now(self) -> datetime:
        """The time; a trace has its own."""
        return self._call.now

    @property
    def caller(self) -> str | None:
        """Who calls is not written down."""
        return self._call.caller

    @property
    def variables(self) -> Variables:
        """What the flow knows so far."""
        return self._call.variables

    async def speak(self, prompt: Prompt) -> None:
        """Write down the prompt, which is heard from now on."""
        self._said(prompt)
        await self._call.speak(prompt)

    async def collect(self, prompt: Prompt, keys: Keys) -> str:
        """Write down the question, how many keys came or were said, and which, if they chose what was offered."""
        self._said(prompt)
        answer = await self._call.collect(prompt, keys)
        said = isinstance(answer, Said)
        wish = events.WISHES.get(answer)
        pressed = "" if wish else answer
        others = sum(not key.isdecimal() for key in pressed)
        choice = pressed if len(pressed) == 1 and pressed in keys.choices else None
        named = keys.amount(pressed) if keys.amount else None
        made = {
            "amount": Amount.of(named) if named else None,
            "day": keys.day(pressed) if keys.day else None,
            "item": keys.item(pressed) if keys.item else None,
        }
        told = events.Keyed(
            at=self._recorder.now, keys=len(pressed), others=others, choice=choice, said=said, wish=wish, **made
        )
        self._add(told)
        return answer

    async def remembered_language(self) -> str | None:
        """Write it down."""
        language = await self._call.remembered_language()
        self._add(events.Remembered(at=self._recorder.now, language=language))
        return language

    async def remember_language(self) -> None:
        """Write it down."""
        self._add(events.LanguageKept(at=self._recorder.now, language=self.language))
        await self._call.remember_language()

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

    async def earlier_payments(self, account: str) -> Sequence[EarlierPayment]:
        """Write down what was found, but not for whom."""
        try:
            payments = await self._call.earlier_payments(account)
        except LookupFailed:
            self._add(people.EarlierPayments(at=self._recorder.now, available=False))
            raise
        self._add(people.EarlierPayments.of(self._recorder.now, payments))
        return payments

    async def note(self, request: Request) -> Noted:
        """Write down what was asked for, but not the number to call."""
        noted = await self._call.note(request)
        self._add(people.Request.of(self._recorder.now, request, noted))
        return noted

    async def connect(self, introduction: Introduction) -> Reached:
        """Write down whom, and what came of it; what both said is heard by nobody else."""
        reached = await self._call.connect(introduction)
        self._add(people.Person(at=self._recorder.now, name=introduction.to, reached=reached))
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
