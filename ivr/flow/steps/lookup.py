"""lookup: find what the caller can pay, in our own ledger or at the merchant's API."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic.config import JsonDict

from ivr.flow.answer import Json
from ivr.flow.call import Call, Found, LookupFailed
from ivr.flow.errors import MissingVariable
from ivr.flow.finding import InvoiceAt, read_own
from ivr.flow.known import KNOWN, value_of
from ivr.flow.model import Step
from ivr.flow.outside import Outside
from ivr.flow.path import Path, UrlPath
from ivr.flow.place import At
from ivr.flow.values import (
    ApiName,
    Sayable,
    Speech,
    TextVariable,
    Variable,
    VariableName,
    Written,
    speech,
)

Outcome = Literal["found", "not_found", "failed", "unavailable"]


class InvoiceOf(Written):
    """Whose open invoice to look for in the ledger."""

    account: TextVariable = Field(description="the account that it belongs to: `account_number`")


def _where(value: object) -> str:
    in_answer = isinstance(value, dict) and "account" not in value and value.keys() & InvoiceAt.model_fields
    return "api" if in_answer or isinstance(value, InvoiceAt) else "ledger"


AnInvoice = Annotated[Annotated[InvoiceOf, Tag("ledger")] | Annotated[InvoiceAt, Tag("api")], Discriminator(_where)]


# what `_misfit` below says, for editors
_OF_LEDGER: JsonDict = {"required": ["account"]}
_FITTING: JsonDict = {
    "dependentRequired": {"api": ["path"], "path": ["api"], "save": ["api"]},
    "dependentSchemas": {"api": {"properties": {"invoice": {"not": _OF_LEDGER}}}},
    "anyOf": [
        {"required": ["api", "invoice"]},
        {"required": ["api", "save"]},
        {"required": ["invoice"], "properties": {"invoice": _OF_LEDGER}},
    ],
}


class Lookup(Step):
    """`lookup: {invoice: {account: account_number}}`, or with `api` and `path`."""

    model_config = ConfigDict(json_schema_extra=_FITTING)

    verb: ClassVar = "lookup"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "found"
    ends: ClassVar = frozenset({"failed"})
    at_once: ClassVar = frozenset(get_args(Outcome))

    invoice: AnInvoice | None = Field(
        default=None,
        description="`{account: account_number}`; with `api`: where in its answer a bill is",
    )
    api: ApiName | None = Field(default=None, description="a section `[apis.NAME]` of `ivr.toml`: it is asked")
    path: UrlPath | None = Field(default=None, description="what it is asked for, needed with `api`")
    save: dict[VariableName, At] = Field(
        default={}, max_length=20, description="variables of the flow, each with its place in the answer of the `api`"
    )
    attempts: int = Field(default=3, ge=1, le=5, description="how often a call may be wrong about an account, 1 to 5")
    give_up: Speech = Field(default=("too-many-tries",), description="said after the last attempt")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if problem := self._misfit():
            what, mend = problem
            raise ValueError(f"{what}; {mend}")
        return self

    def _misfit(self) -> tuple[str, str] | None:
        """What is wrong with keys that do not go together, and what to write."""
        if self.api is None:
            if self.path or self.save:
                return f"{'path' if self.path else 'save'} belongs to an api", "add api: and the name of one"
            if not isinstance(self.invoice, InvoiceOf):
                return "nobody says whose invoice this is", "write invoice: {account: account_number}, or add api:"
        elif self.path is None:
            return "the api is asked for nothing", "add path:, as in /customers/{account_number}/invoice"
        elif isinstance(self.invoice, InvoiceOf):
            return "account belongs to the ledger", "say where in the answer the bill is, as in {reference: $.number}"
        elif not self.invoice and not self.save:
            return "nothing of the answer is used", "add invoice: or save:"
        return None

    def says(self) -> tuple[Sayable, ...]:
        """The last words."""
        return self.give_up

    def needs(self) -> Set[Variable]:
        """The account, and what is in the path."""
        names = self.path.names if self.path else ()
        sent = {needed for name in names if name in KNOWN and (needed := KNOWN[name].needs)}
        return super().needs() | sent | ({"account_number"} if self.invoice else set())

    def sets(self) -> Mapping[Variable, Set[str]]:
        """The invoice, if it was found; an earlier one is forgotten either way."""
        return {"invoice": {"found"}} if self.invoice else {}

    def reaches(self) -> Outside:
        """The API."""
        return Outside(apis=frozenset({self.api} if self.api else ()))

    async def run(self, call: Call) -> Outcome:
        """Ask the ledger, or the API."""
        if self.invoice:
            call.variables.invoice = call.variables.stored_card = None
        try:
            found = await self._find(call)
        except LookupFailed:
            return "unavailable"
        if found and call.variables.invoice is not None:
            call.variables.stored_card = await call.find_stored_card(call.variables.invoice.account)
        if found:
            return "found"
        # whoever tries one account after the other shall have to call for every few of them
        call.variables.wrong_accounts += 1
        if call.variables.wrong_accounts < self.attempts:
            return "not_found"
        if self.give_up:
            await call.speak(speech(self.give_up, call.variables))
        return "failed"

    async def _find(self, call: Call) -> bool:
        if self.api is not None and self.path is not None:
            return await self._ask(call, self.api, self.path)
        call.variables.invoice = await call.find_invoice(_account(call))
        return call.variables.invoice is not None

    async def _ask(self, call: Call, api: str, path: Path) -> bool:
        try:
            filled = path.fill({name: value_of(name, call) for name in path.names})
        except ValueError:
            raise LookupFailed from None
        learned = await call.ask_api(api, filled, lambda answer: self._read(call, answer))
        if learned is None:
            return False
        if self.invoice:
            call.variables.invoice = learned.invoice
        call.variables.own |= learned.own
        return True

    def _read(self, call: Call, answer: Json) -> Found | None:
        """What the answer holds; None if it holds nothing of it."""
        own = read_own(self.save, answer, call.variables.own)
        if not isinstance(self.invoice, InvoiceAt):
            return Found(own=own) if own else None
        bill = self.invoice.read(answer, _account(call))
        return Found(bill, own) if bill else None


def _account(call: Call) -> str:
    if not call.variables.account_number:
        raise MissingVariable("account_number")
    return call.variables.account_number
