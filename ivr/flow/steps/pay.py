"""pay: take a payment by card. The card itself is asked for, seen and charged by the card side alone."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import fields
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.config import JsonDict

from ivr.flow.amounts import MOST_MINOR
from ivr.flow.call import Call, CallerHungUp, Captured, CaptureOrder, Due, PaymentInProgress, SecureLineDown
from ivr.flow.errors import MissingVariable
from ivr.flow.fee import WrittenFee
from ivr.flow.model import Step
from ivr.flow.paying import SAYS, accepts_fee, charge, confirms
from ivr.flow.values import MoneyVariable, Purpose, Sayable, Seconds, Variable, listed
from pci.contract import Brand, CaptureOutcome, PromptRule

Outcome = Literal[
    "success",
    "declined",
    "too-many-failed-attempts",
    "outcome-unknown",
    "cancelled",
    "unavailable",
    "in-progress",
]

_NOTHING_TAKEN: dict[CaptureOutcome, Outcome] = {
    CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS: "too-many-failed-attempts",
    CaptureOutcome.CANCELLED: "cancelled",
}
# the decline itself speaks each reason, and the card side of too many attempts, before it gives the caller back; the
# words after an unknown outcome depend on whether there is a mobile
_LAST_WORDS: dict[Outcome, tuple[str, ...]] = {
    "success": ("payment-approved",),
    "declined": (),
    "too-many-failed-attempts": (),
    "outcome-unknown": ("payment-unknown",),
    "cancelled": ("payment-cancelled",),
    "unavailable": ("payments-not-possible",),
    "in-progress": ("order-in-progress",),
}
_SAYS = (
    *SAYS,
    *("secure-line", "try-another-card", "will-text-you"),
    *(prompt for words in _LAST_WORDS.values() for prompt in words),
)
# after these the money has moved or may have: what was paid is forgotten, and must be found or asked for again
_SPENT: frozenset[Outcome] = frozenset({"success", "outcome-unknown", "in-progress"})


def _must_confirm(value: bool) -> bool:
    if not value:
        raise ValueError(
            "nothing may be charged that the caller did not confirm; write confirm: true, or leave it out"
        )
    return value


def one_or_many(value: object) -> object:
    """A rule's `say` and `attempt` may be written as one word or as a list."""
    if not isinstance(value, dict):
        return value
    return {key: listed(item) if key in ("say", "attempt") else item for key, item in value.items()}


# what the validator of Pay says, for editors
_OF_CALLER: JsonDict = {"required": ["reference"], "properties": {"amount": {"const": "amount"}}}
_OF_INVOICE: JsonDict = {"not": {"required": ["reference"]}, "properties": {"amount": {"const": "invoice.amount"}}}


class Pay(Step):
    """`pay: {action: charge, amount: invoice.amount}`; everything else has the defaults that callers know.

    `pay: {action: charge, amount: amount, reference: donation}` takes an amount that the caller named.
    """

    model_config = ConfigDict(json_schema_extra={"oneOf": [_OF_CALLER, _OF_INVOICE]})

    verb: ClassVar = "pay"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "success"
    ends: ClassVar = frozenset({"unavailable", "in-progress"})
    at_once: ClassVar = frozenset({"unavailable", "in-progress"})

    action: Literal["charge"] = Field(description="`charge`")
    amount: MoneyVariable = Field(description="`invoice.amount`, or `amount`: what an `ask` saved there")
    reference: Purpose | None = Field(
        default=None, description="what `amount` is for, in the ledger and in the text: `donation`"
    )
    fee: WrittenFee | None = Field(
        default=None, description='what comes on top: `"2.50"`, or a share of the amount, as in `2.5%`, see below'
    )
    valid_card_types: Annotated[tuple[Brand, ...], BeforeValidator(listed)] = Field(
        default=CaptureOrder().valid_card_types,
        min_length=1,
        description="also `discover`, `diners-club`, `jcb`, `unionpay`, `maestro`",
    )
    security_code: bool = Field(default=True, description="whether to ask for it")
    postal_code: bool = Field(default=False, description="whether to ask for it")
    first_digit_timeout: Seconds = Field(
        default=20.0, gt=0, le=120, description="for each card field, at most `120s`"
    )
    inter_digit_timeout: Seconds = Field(default=5.0, gt=0, le=60, description="for each card field, at most `60s`")
    entry_attempts: int = Field(default=3, ge=1, le=5, description="for each card field, 1 to 5")
    decline_attempts: int = Field(default=2, ge=1, le=3, description="how many cards a caller may try, 1 to 3")
    confirm: Annotated[bool, AfterValidator(_must_confirm), WithJsonSchema({"const": True})] = Field(
        default=True, description="nothing may be charged unconfirmed, so this is the only value"
    )
    prompts: Annotated[tuple[Annotated[PromptRule, BeforeValidator(one_or_many)], ...], BeforeValidator(listed)] = (
        Field(default=(), max_length=32, description="the flow's own prompts for card fields, at most 32, see below")
    )

    def says(self) -> tuple[Sayable, ...]:
        """The call side's words, and the flow's own prompts for the card side."""
        own = (prompt for rule in self.prompts for prompt in rule.say)
        return (*_SAYS, *own, *(f"brand-{brand}" for brand in self.valid_card_types))

    @model_validator(mode="after")
    def _has_purpose(self) -> Self:
        if self.amount == "amount" and self.reference is None:
            raise ValueError("nobody would know what this pays; add reference: and a word for it, as in donation")
        if self.amount != "amount" and self.reference is not None:
            raise ValueError("an invoice has a reference already; remove reference:")
        return self

    def needs(self) -> Set[Variable]:
        """What is paid."""
        return {self._paid_of}

    def sets(self) -> Mapping[Variable, Set[str]]:
        """The payment after success; what is paid stays known only while it surely is unpaid."""
        return {"paid": {"success"}, self._paid_of: set(self.outcomes) - _SPENT}

    async def run(self, call: Call) -> Outcome:
        """Take the payment and say what came of it, as far as it is final."""
        due = self._due(call)
        call.variables.paid = None
        try:
            outcome = await self._take(call, due)
        except SecureLineDown:
            outcome = "unavailable"
        except PaymentInProgress:
            outcome = "in-progress"
        if outcome in _SPENT:
            setattr(call.variables, self._paid_of, None)
        words = _LAST_WORDS[outcome]
        if outcome == "outcome-unknown" and due.invoice.mobile:
            words += ("will-text-you",)
        if words:
            await call.speak(words)
        return outcome

    @property
    def _paid_of(self) -> Literal["invoice", "amount"]:
        return "amount" if self.amount == "amount" else "invoice"

    def _due(self, call: Call) -> Due:
        """What is to be paid; a fee that is less than half a minor unit is none."""
        invoice, amount = call.variables.invoice, call.variables.amount
        if self.reference is not None:
            invoice = call.invoice_for(amount, self.reference) if amount else None
        if invoice is None:
            raise MissingVariable(self._paid_of)
        fee = self.fee.on(invoice.amount) if self.fee else None
        return Due(invoice, fee if fee and fee.minor else None)

    async def _take(self, call: Call, due: Due) -> Outcome:
        """Card after card until one is charged, the caller stops or `decline_attempts` is reached."""
        if due.total.minor >= MOST_MINOR or not await call.secure_line_ready():
            raise SecureLineDown
        if not await accepts_fee(call, due):
            return "cancelled"
        opening: tuple[str, ...] = ("secure-line",)
        for _ in range(self.decline_attempts):
            card = await call.capture(self._order(opening), due.invoice)
            if not isinstance(card, Captured):
                return _not_captured(card)
            if not await confirms(call, due, card):
                await call.forget(card)
                return "cancelled"
            outcome, reason = await charge(call, due, card)
            if outcome != "declined":
                return outcome
            await call.speak((reason,))
            opening = ("try-another-card",)
        return "declined"

    def _order(self, opening: tuple[str, ...]) -> CaptureOrder:
        own = (field.name for field in fields(CaptureOrder) if field.name != "opening")
        return CaptureOrder(opening=opening, **{name: getattr(self, name) for name in own})


def _not_captured(outcome: CaptureOutcome) -> Outcome:
    if outcome is CaptureOutcome.HUNG_UP:
        raise CallerHungUp
    return _NOTHING_TAKEN.get(outcome, "unavailable")
