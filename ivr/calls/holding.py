"""Amounts that the bank holds, for the operator: collected or let go of, once, however often it is asked for."""

from __future__ import annotations

from typing import Final

from ivr.errors import NotClosed, PciAnswerLost, PciRefused
from ivr.pci_client import PciClient
from ivr.store.payments import Payment, Payments
from pci.contract import Charge, ChargeState, Closing, ErrorCode

_COMES_TO: Final = {Closing.COLLECT: ChargeState.APPROVED, Closing.VOID: ChargeState.NOT_CHARGED}
_DONE: Final = {Closing.COLLECT: "collected", Closing.VOID: "voided"}


class Holding:
    """Closes what is held: the card side asks the bank, and the ledger takes note with the message to the caller."""

    def __init__(self, pci: PciClient, payments: Payments) -> None:
        self._pci = pci
        self._payments = payments

    async def held(self) -> tuple[Payment, ...]:
        """What the bank holds now, oldest first."""
        return await self._payments.held_payments()

    async def close(self, charge_id: str, closing: Closing) -> str:
        """Collect or void; what to tell the operator. NotClosed says why not, and what to do."""
        payment = await self._payments.find(charge_id)
        if payment is None:
            raise NotClosed(f"There is no payment {charge_id}: `ivr payments list` shows what the bank holds.")
        what = f"{payment.amount} {payment.amount.currency} on {payment.brand} ending {payment.last4}"
        if payment.state is _COMES_TO[closing]:
            return f"{charge_id}: {what} was {_DONE[closing]} already."
        if payment.state is not ChargeState.AUTHORIZED:
            raise NotClosed(
                f"Payment {charge_id} is {payment.state}: only what the bank holds can be {_DONE[closing]}."
            )
        charge = await self._ask(charge_id, closing)
        if charge.state is ChargeState.AUTHORIZED:
            raise NotClosed(f"The bank has not answered yet for {charge_id}: give the same command again in a while.")
        await self._payments.settle_payment(charge, caller_hears=False)
        if charge.state is not _COMES_TO[closing]:
            raise NotClosed(f"Payment {charge_id} is {charge.state} at the bank; the ledger says so too now.")
        return f"{charge_id}: {what} is {_DONE[closing]}."

    async def _ask(self, charge_id: str, closing: Closing) -> Charge:
        try:
            return await self._pci.close(charge_id, closing)
        except PciAnswerLost:
            raise NotClosed(f"The answer for {charge_id} was lost: give the same command again.") from None
        except PciRefused as refusal:
            if refusal.code is not ErrorCode.NOTHING_HELD:
                raise
            # the other thing was done before, and the ledger did not hear of it
            charge = await self._pci.find_charge(charge_id)
            if charge is None or charge.state is ChargeState.AUTHORIZED:
                raise NotClosed(f"The other was asked for {charge_id} before: ask the bank.") from None
            return charge
