"""pay: take a payment by card. The card itself is asked for, seen and charged by the card side alone."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import fields
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from ivr.flow.call import (
    Call,
    CallerHungUp,
    Captured,
    CaptureOrder,
    Invoice,
    Keys,
    PaymentInProgress,
    SecureLineDown,
    SpokenBrand,
    SpokenDigits,
)
from ivr.flow.errors import MissingVariable
from ivr.flow.model import Step
from ivr.flow.values import MoneyVariable, Sayable, Seconds, Variable, listed
from pci.contract import Brand, CaptureOutcome, ChargeState, DeclineReason, PromptRule

Outcome = Literal[
    "success",
    "declined",
    "too-many-failed-attempts",
    "outcome-unknown",
    "cancelled",
    "unavailable",
    "in-progress",
]

_CONFIRM_ATTEMPTS = 2
_NOTHING_TAKEN: dict[CaptureOutcome, Outcome] = {
    CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS: "too-many-failed-attempts",
    CaptureOutcome.CANCELLED: "cancelled",
}
_DECLINED = {
    DeclineReason.INSUFFICIENT_FUNDS: "declined-insufficient-funds",
    DeclineReason.EXPIRED_CARD: "declined-expired-card",
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
    *("secure-line", "about-to-pay", "with-your", "ending-in", "press-1-to-confirm", "please-wait-for-bank"),
    *("payment-declined", *_DECLINED.values(), "try-another-card", "will-text-you"),
    *(prompt for words in _LAST_WORDS.values() for prompt in words),
)
# after these the money has moved or may have: the invoice must be looked up again before it can be paid again
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


class Pay(Step):
    """`pay: {action: charge, amount: invoice.amount}`; everything else has the defaults that callers know."""

    verb: ClassVar = "pay"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "success"
    ends: ClassVar = frozenset({"unavailable", "in-progress"})
    at_once: ClassVar = frozenset({"unavailable", "in-progress"})

    action: Literal["charge"] = Field(description="`charge`")
    amount: MoneyVariable = Field(description="`invoice.amount`")
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

    def needs(self) -> Set[Variable]:
        """The invoice that is paid."""
        return {"invoice"}

    def sets(self) -> Mapping[Variable, Set[str]]:
        """The payment after success; the invoice stays known only while it surely is unpaid."""
        return {"paid": {"success"}, "invoice": set(self.outcomes) - _SPENT}

    async def run(self, call: Call) -> Outcome:
        """Take the payment and say what came of it, as far as it is final."""
        variables = call.variables
        invoice, variables.paid = variables.invoice, None
        if invoice is None:
            raise MissingVariable("invoice")
        try:
            outcome = await self._take(call, invoice)
        except SecureLineDown:
            outcome = "unavailable"
        except PaymentInProgress:
            outcome = "in-progress"
        if outcome in _SPENT:
            variables.invoice = None
        words = _LAST_WORDS[outcome]
        if outcome == "outcome-unknown" and invoice.mobile:
            words += ("will-text-you",)
        if words:
            await call.speak(words)
        return outcome

    async def _take(self, call: Call, invoice: Invoice) -> Outcome:
        """Card after card until one is charged, the caller stops or `decline_attempts` is reached."""
        if not await call.secure_line_ready():
            raise SecureLineDown
        opening: tuple[str, ...] = ("secure-line",)
        for _ in range(self.decline_attempts):
            card = await call.capture(self._order(opening))
            if not isinstance(card, Captured):
                return _not_captured(card)
            if not await _confirmed(call, invoice, card):
                await call.forget(card)
                return "cancelled"
            outcome, reason = await _charge(call, invoice, card)
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


async def _confirmed(call: Call, invoice: Invoice, card: Captured) -> bool:
    """Whether the caller heard amount and card and pressed 1; star, and silence twice, say no."""
    brand, last4 = SpokenBrand(card.brand), SpokenDigits(card.last4)
    question = ("about-to-pay", invoice.amount, "with-your", brand, "ending-in", last4, "press-1-to-confirm")
    for _ in range(_CONFIRM_ATTEMPTS):
        pressed = await call.collect(question, Keys(most=1, finish_on_key="", choices="1*"))
        if pressed in ("1", "*"):
            return pressed == "1"
    return False


async def _charge(call: Call, invoice: Invoice, card: Captured) -> tuple[Outcome, str]:
    """Charge once; what came of it, and the prompt that gives the reason of a decline."""
    await call.speak(("please-wait-for-bank",))
    try:
        charged = await call.charge(invoice, card)
    except PaymentInProgress:
        await call.forget(card)
        raise
    if charged.state is ChargeState.APPROVED:
        call.variables.paid = invoice
        return "success", ""
    if not charged.state.final:
        return "outcome-unknown", ""
    await call.forget(card)
    if charged.state is ChargeState.NOT_CHARGED:
        return "unavailable", ""
    reason = charged.decline_reason or DeclineReason.GENERIC
    return "declined", _DECLINED.get(reason, "payment-declined")
