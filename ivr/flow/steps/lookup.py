"""lookup: find what the caller can pay."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import ClassVar, Literal, get_args

from pydantic import Field

from ivr.flow.call import Call, LookupFailed
from ivr.flow.errors import MissingVariable
from ivr.flow.model import Step
from ivr.flow.values import TextVariable, Variable, Written

Outcome = Literal["found", "not_found", "unavailable"]


class InvoiceOf(Written):
    """Whose open invoice to look for."""

    account: TextVariable = Field(description="the account that it belongs to: `account_number`")


class Lookup(Step):
    """`lookup: {invoice: {account: account_number}}`."""

    verb: ClassVar = "lookup"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "found"
    at_once: ClassVar = frozenset(get_args(Outcome))

    invoice: InvoiceOf = Field(description="`{account: account_number}`")

    def needs(self) -> Set[Variable]:
        """The account number."""
        return {self.invoice.account}

    def sets(self) -> Mapping[Variable, Set[str]]:
        """The invoice, if it was found; an earlier one is forgotten either way."""
        return {"invoice": {"found"}}

    async def run(self, call: Call) -> Outcome:
        """Ask the ledger."""
        account: str = getattr(call.variables, self.invoice.account)
        if not account:
            raise MissingVariable(self.invoice.account)
        call.variables.invoice = None
        try:
            call.variables.invoice = await call.find_invoice(account)
        except LookupFailed:
            return "unavailable"
        return "found" if call.variables.invoice else "not_found"
