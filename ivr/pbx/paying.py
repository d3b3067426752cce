"""A line that another PBX has handed in: its flow knows what is wanted, and it is remembered what came of it."""

from __future__ import annotations

from dataclasses import replace

from ivr.calls.call import LiveCall
from ivr.flow.call import Captured, Charged, Due, Invoice, PaymentInProgress, StoredCard
from ivr.money import Money
from ivr.pbx.runs import PURPOSE
from ivr.pbx.settings import OF_MONEY
from ivr.pbx.signed import HandedIn, Result
from ivr.trace.recording import RecordedCall
from pci.contract import ChargeState

_KEPT = "kept"
_RECEIPTS = (ChargeState.APPROVED, ChargeState.AUTHORIZED)


class PayingLine(LiveCall):
    """Takes the payment that was asked for."""

    wanted: HandedIn
    result: Result

    async def take(self, wanted: HandedIn) -> bool:
        """What is wanted is known from now on; whether it is a bill. LookupFailed as in `bill_meant`."""
        self.wanted, self.result = wanted, Result(wanted.session, "")
        known = self.variables
        known.amount, known.account_number = wanted.amount, wanted.reference
        if wanted.amount and wanted.run in OF_MONEY:
            known.invoice = await self._services.lookups.bill_meant(wanted.reference, wanted.amount)
        return known.invoice is not None

    def came_to(self, outcome: str) -> Result:
        """What the PBX is told of a call that ended so: what is known of a card, or else just that."""
        return self.result if self.result.status else replace(self.result, status=outcome)

    def invoice_for(self, amount: Money, purpose: str) -> Invoice:
        """As LiveCall; what the PBX itself has them pay is for its reference."""
        return super().invoice_for(amount, self.wanted.reference if purpose == PURPOSE else purpose)

    async def charge(self, due: Due, card: Captured | StoredCard) -> Charged:
        """As LiveCall; the state of the last charge is what the PBX is told, and meanwhile that it is not known."""
        before = self.result
        self.result = Result(self.wanted.session, str(ChargeState.UNKNOWN), str(card.brand), card.last4)
        try:
            charged = await super().charge(due, card)
        except PaymentInProgress:
            self.result = before
            raise
        receipt = self._origin.charge(self._attempts) if charged.state in _RECEIPTS else ""
        self.result = Result(self.wanted.session, str(charged.state), str(card.brand), card.last4, receipt)
        return charged

    async def keep_card(self, account: str, card: Captured) -> bool:
        """As LiveCall; a card that is kept is what the PBX is told, where nothing was charged."""
        kept = await super().keep_card(account, card)
        if kept and not self.result.status:
            self.result = Result(self.wanted.session, _KEPT, str(card.brand), card.last4)
        return kept


class RecordedPayingLine(RecordedCall):
    """The same, recorded. What its flow takes for the end is the end of the flow: the caller goes back to the PBX."""

    async def hang_up(self) -> None:
        """Nobody is hung up on yet."""
