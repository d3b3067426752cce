"""The open bill that somebody means who names a reference and an amount, and not just "the bill of this account"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ivr.flow.call import Invoice
from ivr.money import Money


class Finds(Protocol):
    """A call that can look bills up."""

    async def find_invoice(self, account: str) -> Invoice | None:
        """The open invoice of an account; LookupFailed if the ledger cannot say."""


async def bill_meant(call: Finds, reference: str, amount: Money, accounts: Iterable[str]) -> Invoice | None:
    """The bill of this account or number, among those of `accounts`, and of just this amount."""
    for account in accounts:
        invoice = await call.find_invoice(account)
        if invoice and reference in (invoice.account, invoice.reference) and invoice.amount == amount:
            return invoice
    return None
