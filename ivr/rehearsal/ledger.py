"""The ledger of a rehearsal: bills, payments and texts in memory, under the rules of the real one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ivr.bill import Bill
from ivr.flow.call import Captured, Due, Invoice, PaymentInProgress, ReceiptChannel, StoredCard
from ivr.flow.requests import EarlierPayment
from ivr.money import Money
from ivr.notify.port import Sms
from ivr.notify.subjects import subject
from ivr.notify.texts import PaymentText, news
from ivr.rehearsal.asked import Asked
from ivr.rehearsal.cards import Keyed
from ivr.store.models import OutboxKind
from ivr.store.outbox import Owed
from pci.contract import ChargeState


class BillState(StrEnum):
    """Where a bill stands. BEING_PAID: a payment was begun and nobody knows yet what came of it.

    RESERVED: the bank holds the amount.
    """

    OPEN = "open"
    PAID = "paid"
    BEING_PAID = "being-paid"
    RESERVED = "reserved"


@dataclass(slots=True)
class Entry:
    """A bill and its state; what a caller chose to pay is one with a `purpose`."""

    bill: Bill
    state: BillState = BillState.OPEN
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A card that an account keeps."""

    account: str
    card: Keyed
    expired: bool = False


@dataclass(frozen=True, slots=True)
class _Question:
    """A payment whose outcome turns out after the call."""

    entry: Entry
    later: ChargeState
    text: PaymentText


class Ledger:
    """Bills, and what calls do to them.

    `kept` are the stored cards by account, `charges` the bank's answers, `texts` and `emails` what went out, `asked`
    the accounts that were looked up.
    """

    def __init__(self, entries: Iterable[Entry], kept: Iterable[Kept] = ()) -> None:
        self.entries = [replace(entry) for entry in entries]
        self.kept = {it.account: it for it in kept}
        self.charges: list[ChargeState] = []
        self.texts: list[Sms] = []
        self.emails: list[Owed] = []
        self.asked: set[str] = set()
        self.requests = Asked()
        self._open_questions: list[_Question] = []

    def find_open_invoice(self, account: str) -> Invoice | None:
        """The bill that this account should pay first, as in the real ledger: the oldest due date; held ones last."""
        self.asked.add(account)
        bills = [
            (entry.state is BillState.RESERVED, entry.bill.due or date.max, number)
            for number, entry in enumerate(self.entries)
            if entry.bill.account == account and entry.state is not BillState.PAID and not entry.purpose
        ]
        if not bills:
            return None
        return self._invoice(min(bills)[-1])

    def put_bill(self, bill: Bill) -> Invoice | None:
        """Add a bill, or bring it up to date while it is open; None if it is paid."""
        self.asked.add(bill.account)
        names = [(entry.bill.account, entry.bill.reference) for entry in self.entries]
        name = (bill.account, bill.reference)
        if name not in names:
            self.entries.append(Entry(bill))
            return self._invoice(len(names))
        entry = self.entries[names.index(name)]
        if entry.state is BillState.PAID:
            return None
        if entry.state is BillState.OPEN:
            entry.bill = bill
        return self._invoice(names.index(name))

    def _invoice(self, number: int) -> Invoice:
        bill = self.entries[number].bill
        return Invoice(number, bill.account, bill.reference, bill.amount, bill.due, bill.mobile, bill.email)

    def mobile_on_file(self, account: str) -> str | None:
        """The number on the newest bill of this account that has one."""
        bills = (entry.bill for entry in reversed(self.entries) if not entry.purpose)
        return next((bill.mobile for bill in bills if bill.account == account and bill.mobile), None)

    def earlier_payments(self, account: str) -> list[EarlierPayment]:
        """The bills of this account that are paid: those further down were paid earlier."""
        self.asked.add(account)
        paid = [
            entry.bill for entry in self.entries if entry.bill.account == account and entry.state is BillState.PAID
        ]
        return [EarlierPayment(bill.reference, bill.reference, bill.amount, self._left(bill)) for bill in paid]

    def check_not_in_payment(self, invoice: Invoice) -> None:
        """PaymentInProgress if it is paid, or may be."""
        if (entry := self._entry(invoice)) and entry.state is not BillState.OPEN:
            raise PaymentInProgress

    def charge(
        self, due: Due, card: Keyed, captured: Captured | StoredCard, language: str
    ) -> frozenset[ReceiptChannel]:
        """Book the bank's answer; by which ways a message about it is on its way."""
        self.check_not_in_payment(due.invoice)
        entry, state = self._entry(due.invoice) or self._open(due.invoice), card.answer(due).state
        self.charges.append(state)
        text = _text(due, captured, language)
        if state is ChargeState.APPROVED:
            entry.state = BillState.PAID
            return self._tell(entry, state, text)
        if state is ChargeState.AUTHORIZED:
            entry.state = BillState.RESERVED
            return self._tell(entry, state, text)
        if not state.final:
            entry.state = BillState.BEING_PAID
            if card.later is not None:
                self._open_questions.append(_Question(entry, card.later, text))
        return frozenset()

    def _left(self, bill: Bill) -> Money:
        return Money(bill.amount.minor - self.requests.refunds_of(bill.reference), bill.amount.currency)

    def settle(self) -> None:
        """After the call: what was unknown becomes known, and is texted."""
        for question in self._open_questions:
            approved = question.later is ChargeState.APPROVED
            question.entry.state = BillState.PAID if approved else BillState.OPEN
            self._tell(question.entry, question.later, question.text)
        self._open_questions.clear()

    def _entry(self, invoice: Invoice) -> Entry | None:
        named = (invoice.account, invoice.reference)
        return next((it for it in self.entries if (it.bill.account, it.bill.reference) == named), None)

    def _open(self, invoice: Invoice) -> Entry:
        bill = Bill(invoice.account, invoice.reference, invoice.amount, mobile=invoice.mobile)
        self.entries.append(Entry(bill, purpose=invoice.purpose))
        return self.entries[-1]

    def _tell(self, entry: Entry, state: ChargeState, payment: PaymentText) -> frozenset[ReceiptChannel]:
        bill, text = entry.bill, news(payment, state)
        if bill.mobile is not None:
            self.texts.append(Sms(bill.mobile, text))
        if bill.email is not None:
            key = f"{bill.reference}:{state}"
            self.emails.append(Owed(key, OutboxKind.EMAIL, bill.email, text, subject(payment, state)))
        ways = {ReceiptChannel.SMS: bill.mobile, ReceiptChannel.EMAIL: bill.email}
        return frozenset(channel for channel, address in ways.items() if address)


def _text(due: Due, card: Captured | StoredCard, language: str) -> PaymentText:
    invoice = due.invoice
    return PaymentText(
        language, due.total, invoice.reference, card.brand, card.last4, fee=due.fee, purpose=invoice.purpose
    )
