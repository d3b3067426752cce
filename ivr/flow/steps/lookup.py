"""lookup: find what the caller can pay."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import ClassVar, Literal, get_args

from pydantic import Field

from ivr.flow.call import Call, LookupFailed
from ivr.flow.errors import MissingVariable
from ivr.flow.model import Step
from ivr.flow.values import Sayable, Speech, TextVariable, Variable, Written, speech

Outcome = Literal["found", "not_found", "failed", "unavailable"]


class InvoiceOf(Written):
    """Whose open invoice to look for."""

    account: TextVariable = Field(description="the account that it belongs to: `account_number`")


class Lookup(Step):
    """`lookup: {invoice: {account: account_number}}`."""

    verb: ClassVar = "lookup"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "found"
    ends: ClassVar = frozenset({"failed"})
    at_once: ClassVar = frozenset(get_args(Outcome))

    invoice: InvoiceOf = Field(description="`{account: account_number}`")
    attempts: int = Field(default=3, ge=1, le=5, description="how often a call may be wrong about an account, 1 to 5")
    give_up: Speech = Field(default=("too-many-tries",), description="said after the last attempt")

    def says(self) -> tuple[Sayable, ...]:
        """The last words."""
        return self.give_up

    def needs(self) -> Set[Variable]:
        """The account number."""
        return super().needs() | {self.invoice.account}

    def sets(self) -> Mapping[Variable, Set[str]]:
        """The invoice, if it was found; an earlier one is forgotten either way."""
        return {"invoice": {"found"}}

    async def run(self, call: Call) -> Outcome:
        """Ask the ledger."""
        account: str = getattr(call.variables, self.invoice.account)
        if not account:
            raise MissingVariable(self.invoice.account)
        call.variables.invoice = call.variables.stored_card = None
        try:
            call.variables.invoice = await call.find_invoice(account)
        except LookupFailed:
            return "unavailable"
        if call.variables.invoice is not None:
            call.variables.stored_card = await call.find_stored_card(call.variables.invoice.account)
            return "found"
        # whoever tries one account after the other shall have to call for every few of them
        call.variables.wrong_accounts += 1
        if call.variables.wrong_accounts < self.attempts:
            return "not_found"
        if self.give_up:
            await call.speak(speech(self.give_up, call.variables))
        return "failed"
