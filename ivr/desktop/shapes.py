"""What comes in and goes out, as JSON. No digit of a card is in it but the last four."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ivr.agents.notes import MOST as MOST_NOTES
from ivr.agents.view import AgentView, CallView, FieldView, Notice, PaymentView, Stage, Status
from ivr.money import CURRENCIES
from ivr.money import Money as Cents
from pci.contract import Brand, CardField, ChargeState, DeclineReason, EntryError

_MOST_MINOR = 10**11


class Given(BaseModel):
    """What a request brings: nothing that is not known, and no value that is made to fit."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Told(BaseModel):
    """What an answer holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Money(Given):
    """An amount in minor units (cents of USD) of an ISO 4217 currency."""

    minor: int = Field(gt=0, le=_MOST_MINOR, description="minor units, such as cents")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, such as USD")

    @field_validator("currency")
    @classmethod
    def _known(cls, currency: str) -> str:
        if currency not in CURRENCIES:
            raise ValueError("is not a currency that is known here")
        return currency


class NewPayment(Given):
    """A payment to take in a call. A card is never named: the caller keys it, alone."""

    amount: Money
    reference: str = Field(min_length=1, max_length=20, description="the account or the number of a bill")
    security_code: bool = Field(default=True, description="whether the code on the card is asked for")
    postal_code: bool = Field(default=False, description="whether the postal code of the holder is asked for")


class Nothing(Given):
    """Nothing has to be said."""


class AskAgain(Given):
    """Which field the caller is to key once more."""

    field: CardField


class Receipt(Given):
    """Where a receipt goes: a mobile number as +15551234567, or an e-mail address."""

    to: str = Field(min_length=3, max_length=254)


class Completed(Given):
    """What is to be kept about a call that is over."""

    notes: str = Field(default="", max_length=MOST_NOTES, description="a card number in it is refused")


class NewCall(Given):
    """Whom to call."""

    number: str = Field(
        pattern=r"^\+[1-9][0-9]{1,14}$", description="as +15551234567; only such as the settings allow agents to call"
    )


class NewStatus(Given):
    """Whether an agent takes calls."""

    status: Literal["ready", "busy", "signed-off"]
    name: str = Field(default="", max_length=80, description="how they are shown to others")


class KeyedField(Told):
    """One field of a card. `entered` counts keys, for dots; it stays 0 for a security code."""

    state: Literal["waiting", "entering", "accepted", "rejected"]
    entered: int
    attempt: int
    error: EntryError | None


class Payment(Told):
    """A payment of a call. `state` is null until the card goes to the bank; `told` says what ended it otherwise."""

    amount: Money
    reference: str
    fields: dict[CardField, KeyedField]
    brand: Brand | None
    last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None
    state: ChargeState | None
    decline_reason: DeclineReason | None
    told: str


class Call(Told):
    """An agent's call. What is in `number` and `context` was said by strangers: show it as text only."""

    id: str
    agent: str
    stage: Stage
    since: datetime
    number: str
    queue: str
    context: dict[str, str]
    links: dict[str, str]
    payment: Payment | None
    earlier_payments: list[Payment]


class Agent(Told):
    """An agent as they are at this moment, with the call that they have."""

    agent: str
    name: str
    status: Status
    since: datetime
    notice: Notice
    waiting: int = Field(description="callers who wait for somebody with their skills")
    call: Call | None


class Calls(Told):
    """The calls that agents have now."""

    calls: list[Call]


class Agents(Told):
    """The agents who are signed on."""

    agents: list[Agent]


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457): `type` for programs, `detail` for people."""

    type: str
    title: str
    status: int
    detail: str


def agent_of(view: AgentView) -> Agent:
    """An agent, as they are told."""
    return Agent(
        agent=view.agent,
        name=view.name,
        status=view.status,
        since=view.since,
        notice=view.notice,
        waiting=view.waiting,
        call=call_of(view.agent, view.call) if view.call else None,
    )


def call_of(agent: str, call: CallView) -> Call:
    """A call, as it is told."""
    return Call(
        id=call.id,
        agent=agent,
        stage=call.stage,
        since=call.since,
        number=call.number,
        queue=call.queue,
        context=dict(call.context),
        links=dict(call.links),
        payment=_payment(call.payment) if call.payment else None,
        earlier_payments=[_payment(payment) for payment in call.earlier],
    )


def _payment(payment: PaymentView) -> Payment:
    return Payment(
        amount=_money(payment.amount),
        reference=payment.reference,
        fields={field: _field(view) for field, view in payment.fields.items()},
        brand=payment.brand,
        last4=payment.last4,
        state=payment.state,
        decline_reason=payment.decline_reason,
        told=payment.told,
    )


def _field(view: FieldView) -> KeyedField:
    return KeyedField.model_validate(
        {"state": view.state, "entered": view.entered, "attempt": view.attempt, "error": view.error}
    )


def _money(amount: Cents) -> Money:
    return Money(minor=amount.minor, currency=amount.currency)
