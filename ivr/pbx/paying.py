"""A line that another PBX has handed in: it pays once, as in a flow, and it is remembered what came of it."""

from __future__ import annotations

from dataclasses import replace

from ivr.calls.call import LiveCall
from ivr.calls.meant import bill_meant
from ivr.flow.call import Call, Captured, Charged, Due, Invoice, LookupFailed, PaymentInProgress, StoredCard
from ivr.flow.steps.pay import Pay
from ivr.money import Money
from ivr.pbx.signed import HandedIn, Result
from pci.contract import ChargeState

_PURPOSE = "pbx"
_UNAVAILABLE = "unavailable"
FAILED = "failed"
"""The status of a call in which something failed here before a card was charged."""


class PayingLine(LiveCall):
    """Takes the payment that was asked for."""

    wanted: HandedIn
    result: Result

    async def pay(self, wanted: HandedIn, recorded: Call) -> Result:
        """What came of it; `recorded` is this call, written down as it goes. CallerHungUp if the caller is gone."""
        self.wanted, self.result = wanted, Result(wanted.session, _UNAVAILABLE)
        known = self.variables
        known.amount, known.account_number = wanted.amount, wanted.reference
        try:
            known.invoice = await bill_meant(self, wanted.reference, wanted.amount, (wanted.reference,))
            about = {"amount": "invoice.amount"} if known.invoice else {"amount": "amount", "reference": _PURPOSE}
            outcome = await Pay.model_validate({"action": "charge", **about}).run(recorded)
        except LookupFailed:
            return self.result
        if self.result.status == _UNAVAILABLE:
            self.result = replace(self.result, status=str(outcome))
        return self.result

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """What the PBX has them pay, where that is no bill."""
        reference = self.wanted.reference
        invoice = super().invoice_for(amount, purpose)
        return replace(invoice, account=reference, reference=f"{reference}-{self._origin.call_id}", purpose=reference)

    @property
    def failed(self) -> Result:
        """What the PBX is told of a call that failed here: what is known of a charge, or that there was none."""
        return self.result if self.result.status != _UNAVAILABLE else replace(self.result, status=FAILED)

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """As LiveCall; the state of the last charge is what the PBX is told, and meanwhile that it is not known."""
        before = self.result
        self.result = Result(self.wanted.session, str(ChargeState.UNKNOWN), str(card.brand), card.last4)
        try:
            charged = await super().charge(due, card)
        except PaymentInProgress:
            self.result = before
            raise
        receipt = self._origin.charge(self._attempts) if charged.state is ChargeState.APPROVED else ""
        self.result = Result(self.wanted.session, str(charged.state), str(card.brand), card.last4, receipt)
        return charged
