"""pay: take a payment by card. The card itself is asked for, seen and charged by the card side alone."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, fields
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ivr.flow.amounts import MOST_MINOR
from ivr.flow.call import Call, CallerHungUp, Captured, CaptureOrder, Due, PaymentInProgress, SecureLineDown
from ivr.flow.errors import MissingVariable
from ivr.flow.fee import WrittenFee
from ivr.flow.helpline import WantsPerson
from ivr.flow.inputs import Answered
from ivr.flow.keeping import SAYS_OF_KEEPING, SAYS_OF_STORED, keep, offer_to_keep, pay_with_stored
from ivr.flow.pay_keys import FOR_EDITORS, KEEPING, PAYING, PAYING_STORED, VARIANTS, Outcome, misfit
from ivr.flow.paying import SAYS, SAYS_TO_SPEAKERS, accepts_fee, charge, confirms
from ivr.flow.values import MoneyVariable, Purpose, Sayable, Seconds, Variable, listed
from pci.contract import Brand, CaptureOutcome, PromptRule

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
    "no-stored-card": ("no-stored-card",),
    "caller-unknown": ("keeping-needs-own-phone",),
}
_SAYS = (
    *SAYS,
    *("secure-line", "try-another-card", "will-text-you"),
    *(prompt for outcome in PAYING for prompt in _LAST_WORDS[outcome]),
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


@dataclass(frozen=True, slots=True)
class _Taken:
    """What came of a payment, and the card that was keyed for it, if one was charged."""

    outcome: Outcome
    card: Captured | None = None


class Pay(Answered):
    """`pay: {action: charge, amount: invoice.amount}`; everything else has the defaults that callers know.

    `pay: {action: charge, amount: amount, reference: donation}` takes an amount that the caller named;
    `pay: {action: tokenize}` takes a card to keep, and no money.
    """

    model_config = ConfigDict(json_schema_extra={"oneOf": [*FOR_EDITORS]})

    verb: ClassVar = "pay"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "success"
    ends: ClassVar = frozenset({"unavailable", "in-progress"})
    at_once: ClassVar = frozenset({"unavailable", "in-progress", "no-stored-card", "caller-unknown"})
    variants: ClassVar = VARIANTS

    action: Literal["charge", "authorize", "tokenize"] = Field(
        description="`charge`, `authorize` (the bank holds the money) or `tokenize` (keeps a card, takes no money)"
    )
    amount: MoneyVariable | None = Field(
        default=None, description="`invoice.amount`, or `amount`: what an `ask` saved there; not for `tokenize`"
    )
    reference: Purpose | None = Field(
        default=None, description="what `amount` is for, in the ledger and in the text: `donation`"
    )
    fee: WrittenFee | None = Field(
        default=None, description='what comes on top: `"2.50"`, or a share of the amount, as in `2.5%`, see below'
    )
    card: Literal["new", "stored", "stored_or_new"] = Field(
        default="new", description="`new`, or `stored`: the one that the account keeps, or `stored_or_new`, see below"
    )
    keep_card: Literal["never", "ask"] = Field(
        default="never", description="`ask` offers to keep a new card for later bills, once it was charged"
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
        last = (prompt for outcome in self.results() for prompt in _LAST_WORDS[outcome])
        more: tuple[str, ...] = SAYS_OF_STORED if self.card != "new" else ()
        more += SAYS_TO_SPEAKERS if self.by_speech() else ()
        more += SAYS_OF_KEEPING if self.keep_card == "ask" or self.action == "tokenize" else ()
        brands = self.valid_card_types if self.card == "new" else tuple(Brand)
        return (*_SAYS, *last, *more, *own, *(f"brand-{brand}" for brand in brands))

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if wrong := misfit(self):
            raise ValueError(wrong)
        return self

    def results(self) -> tuple[Outcome, ...]:
        """Those of keeping a card, of paying with a stored one alone, or of paying."""
        if self.action == "tokenize":
            return KEEPING
        return PAYING_STORED if self.card == "stored" else PAYING

    def immediate(self) -> Set[str]:
        """Those that can come without waiting for the caller."""
        return self.at_once & set(self.results())

    def needs(self) -> Set[Variable]:
        """What is paid, or the account that keeps the card."""
        return {self._about}

    def sets(self) -> Mapping[Variable, Set[str]]:
        """The payment after success; what is paid stays known only while it surely is unpaid."""
        if self.action == "tokenize":
            return {}
        paid: set[str] = {"success"} if self.action == "charge" else set()
        return {"paid": paid, self._about: set(self.results()) - _SPENT}

    async def run(self, call: Call) -> Outcome:
        """Take the payment and say what came of it, as far as it is final."""
        if self.action == "tokenize":
            return await self._keep(call)
        due = self._due(call)
        call.variables.paid = None
        try:
            taken = await self._take(call, due)
        except SecureLineDown:
            taken = _Taken("unavailable")
        except PaymentInProgress:
            taken = _Taken("in-progress")
        if taken.outcome in _SPENT:
            setattr(call.variables, self._about, None)
        if words := self._last_words(taken.outcome, due):
            await call.speak(words)
        if taken.card and self.keep_card == "ask":
            await offer_to_keep(call, due.invoice.account, taken.card)
        return taken.outcome

    @property
    def _about(self) -> Literal["account_number", "invoice", "amount"]:
        if self.action == "tokenize":
            return "account_number"
        return "amount" if self.amount == "amount" else "invoice"

    def _last_words(self, outcome: Outcome, due: Due) -> tuple[str, ...]:
        if outcome == "success" and self.action == "authorize":
            return ("payment-authorized",)
        later = ("will-text-you",) if outcome == "outcome-unknown" and due.invoice.mobile else ()
        return _LAST_WORDS[outcome] + later

    def _due(self, call: Call) -> Due:
        """What is to be paid; a fee that is less than half a minor unit is none."""
        invoice, amount = call.variables.invoice, call.variables.amount
        if self.reference is not None:
            invoice = call.invoice_for(amount, self.reference) if amount else None
        if invoice is None:
            raise MissingVariable(self._about)
        fee = self.fee.on(invoice.amount) if self.fee else None
        action: Literal["charge", "authorize"] = "authorize" if self.action == "authorize" else "charge"
        return Due(invoice, fee if fee and fee.minor else None, action)

    async def _take(self, call: Call, due: Due) -> _Taken:
        """The stored card, if it may be one; then card after card until one is charged or nothing is left to try."""
        if due.total.minor >= MOST_MINOR or not await call.secure_line_ready():
            raise SecureLineDown
        if not await accepts_fee(call, due):
            return _Taken("cancelled")
        opening: tuple[str, ...] = ("secure-line",)
        if self.card != "new":
            outcome = await pay_with_stored(call, due, or_new=self.card == "stored_or_new")
            if outcome == "declined" and self.card == "stored_or_new":
                opening = ("try-another-card",)
            elif outcome != "other-card" and (outcome != "no-stored-card" or self.card == "stored"):
                return _Taken(outcome)
        for _ in range(self.decline_attempts):
            card = await call.capture(self._order(opening), due.invoice)
            if not isinstance(card, Captured):
                return _Taken(self._not_captured(call, card))
            if not await _confirmed(call, due, card):
                return _Taken("cancelled")
            outcome, reason = await charge(call, due, card)
            if outcome != "declined":
                return _Taken(outcome, card if outcome == "success" else None)
            await call.speak((reason,))
            opening = ("try-another-card",)
        return _Taken("declined")

    async def _keep(self, call: Call) -> Outcome:
        """Take a card for the account to keep; what came of it is said."""
        account = call.variables.account_number
        if not account:
            raise MissingVariable(self._about)
        if not await call.may_keep_card(account):
            await call.speak(_LAST_WORDS["caller-unknown"])
            return "caller-unknown"
        try:
            if not await call.secure_line_ready():
                raise SecureLineDown
            card = await call.capture(self._order(("secure-line",)), None)
        except SecureLineDown:
            await call.speak(_LAST_WORDS["unavailable"])
            return "unavailable"
        if isinstance(card, Captured):
            return await keep(call, account, card)
        outcome = self._not_captured(call, card)
        if words := _LAST_WORDS[outcome]:
            await call.speak(words)
        return outcome

    def _order(self, opening: tuple[str, ...]) -> CaptureOrder:
        own = (field.name for field in fields(CaptureOrder) if field.name != "opening")
        return CaptureOrder(opening=opening, **{name: getattr(self, name) for name in own})

    def _not_captured(self, call: Call, outcome: CaptureOutcome) -> Outcome:
        if outcome is CaptureOutcome.HUNG_UP:
            raise CallerHungUp
        if outcome is CaptureOutcome.PERSON_WANTED and self.may_lead_to_person() and call.variables.person_key:
            raise WantsPerson
        return _NOTHING_TAKEN.get(outcome, "unavailable")


async def _confirmed(call: Call, due: Due, card: Captured) -> bool:
    """Whether the caller confirmed; a card that is not charged now is dropped, also if they want a person instead."""
    try:
        confirmed = bool(await confirms(call, due, card))
    except WantsPerson:
        await call.forget(card)
        raise
    if not confirmed:
        await call.forget(card)
    return confirmed
