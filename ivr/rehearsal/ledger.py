"""The ledger of a rehearsal: bills, payments and texts in memory, under the rules of the real one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ivr.bill import Bill
from ivr.flow.call import Captured, Invoice, PaymentInProgress, ReceiptChannel
from ivr.notify.port import Sms
from ivr.notify.subjects import subject
from ivr.notify.texts import not_charged, receipt
from ivr.rehearsal.cards import Keyed
from ivr.store.models import OutboxKind
from ivr.store.outbox import Owed
from pci.contract import ChargeState


class BillState(StrEnum):
    """Where a bill stands. BEING_PAID: a payment was begun and nobody knows yet what came of it."""

    OPEN = "open"
    PAID = "paid"
    BEING_PAID = "being-paid"


@dataclass(slots=True)
class Entry:
    """A bill and its state."""

    bill: Bill
    state: BillState = BillState.OPEN


class Ledger:
    """Bills, and what calls do to them.

    `charges` are the bank's answers, `texts` and `emails` what went out, `asked` the accounts that were looked up.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(replace(entry) for entry in entries)
        self.charges: list[ChargeState] = []
        self.texts: list[Sms] = []
        self.emails: list[Owed] = []
        self.asked: set[str] = set()
        self._open_questions: list[tuple[Entry, ChargeState, Captured, str]] = []

    def find_open_invoice(self, account: str) -> Invoice | None:
        """The bill that this account should pay first: as in the real ledger, the oldest due date."""
        self.asked.add(account)
        bills = [
            (entry.bill.due or date.max, number)
            for number, entry in enumerate(self.entries)
            if entry.bill.account == account and entry.state is not BillState.PAID
        ]
        if not bills:
            return None
        number = min(bills)[1]
        bill = self.entries[number].bill
        return Invoice(number, bill.account, bill.reference, bill.amount, bill.due, bill.mobile, bill.email)

    def check_not_in_payment(self, invoice: Invoice) -> None:
        """PaymentInProgress if the bill is paid, or may be."""
        if self.entries[invoice.id].state is not BillState.OPEN:
            raise PaymentInProgress

    def charge(self, invoice: Invoice, card: Keyed, captured: Captured, language: str) -> frozenset[ReceiptChannel]:
        """Book the bank's answer; by which ways a message about it is on its way."""
        self.check_not_in_payment(invoice)
        entry, state = self.entries[invoice.id], card.charged.state
        self.charges.append(state)
        if state is ChargeState.APPROVED:
            entry.state = BillState.PAID
            return self._tell(entry, state, captured, language)
        if not state.final:
            entry.state = BillState.BEING_PAID
            if card.later is not None:
                self._open_questions.append((entry, card.later, captured, language))
        return frozenset()

    def settle(self) -> None:
        """After the call: what was unknown becomes known, and is texted."""
        for entry, state, captured, language in self._open_questions:
            entry.state = BillState.PAID if state is ChargeState.APPROVED else BillState.OPEN
            self._tell(entry, state, captured, language)
        self._open_questions.clear()

    def _tell(self, entry: Entry, state: ChargeState, card: Captured, language: str) -> frozenset[ReceiptChannel]:
        bill, approved = entry.bill, state is ChargeState.APPROVED
        text = (receipt if approved else not_charged)(language, bill.amount, bill.reference, card.brand, card.last4)
        if bill.mobile is not None:
            self.texts.append(Sms(bill.mobile, text))
        if bill.email is not None:
            about = subject(language, bill.reference, approved=approved)
            self.emails.append(Owed(f"{bill.reference}:{state}", OutboxKind.EMAIL, bill.email, text, about))
        ways = {ReceiptChannel.SMS: bill.mobile, ReceiptChannel.EMAIL: bill.email}
        return frozenset(channel for channel, address in ways.items() if address)
