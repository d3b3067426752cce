"""The ledger of a rehearsal: bills, payments and texts in memory, under the rules of the real one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ivr.flow.call import Captured, Invoice, PaymentInProgress
from ivr.notify.port import Sms
from ivr.notify.texts import not_charged, receipt
from ivr.rehearsal.cards import Keyed
from ivr.store.invoices import Bill
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

    `charges` are the bank's answers, `texts` the messages that went out, `asked` the accounts that were looked up.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(replace(entry) for entry in entries)
        self.charges: list[ChargeState] = []
        self.texts: list[Sms] = []
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
        return Invoice(number, bill.account, bill.reference, bill.amount, bill.due, bill.mobile)

    def check_not_in_payment(self, invoice: Invoice) -> None:
        """PaymentInProgress if the bill is paid, or may be."""
        if self.entries[invoice.id].state is not BillState.OPEN:
            raise PaymentInProgress

    def charge(self, invoice: Invoice, card: Keyed, captured: Captured, language: str) -> bool:
        """Book the bank's answer; whether a text message about it is on its way."""
        self.check_not_in_payment(invoice)
        entry, state = self.entries[invoice.id], card.charged.state
        self.charges.append(state)
        if state is ChargeState.APPROVED:
            entry.state = BillState.PAID
            return self._text(entry, state, captured, language)
        if not state.final:
            entry.state = BillState.BEING_PAID
            if card.later is not None:
                self._open_questions.append((entry, card.later, captured, language))
        return False

    def settle(self) -> None:
        """After the call: what was unknown becomes known, and is texted."""
        for entry, state, captured, language in self._open_questions:
            entry.state = BillState.PAID if state is ChargeState.APPROVED else BillState.OPEN
            self._text(entry, state, captured, language)
        self._open_questions.clear()

    def _text(self, entry: Entry, state: ChargeState, card: Captured, language: str) -> bool:
        bill = entry.bill
        if bill.mobile is None:
            return False
        write = receipt if state is ChargeState.APPROVED else not_charged
        self.texts.append(Sms(bill.mobile, write(language, bill.amount, bill.reference, card.brand, card.last4)))
        return True
