"""Events of a trace that have to do with people: who was called, and what was written down for somebody to see to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, Literal, Self

from pydantic import Field

from ivr.flow import requests as flow
from ivr.flow.person import Reached
from ivr.flow.requests import EarlierPayment, Noted, RefundReason, Window
from ivr.trace.amount import Amount
from ivr.trace.base import BaseEvent
from pci.contract import DeclineReason

_MOST: Final = 100


class Person(BaseEvent):
    """A person was called for the caller, and has left again if they talked."""

    answers: ClassVar = True
    who: ClassVar = "person"
    type: Literal["person"] = "person"
    name: str = Field(max_length=64, description="who, by their name in `ivr.toml`")
    reached: Reached = Field(description="what came of it")

    def __str__(self) -> str:
        return f"{self.name}: {'talked' if self.reached is Reached.TALKED else self.reached}"


class AgentPayment(BaseEvent):
    """An agent had the caller pay, or such a payment is over. What happened in it comes in between."""

    who: ClassVar = "agent"
    type: Literal["agent-payment"] = "agent-payment"
    agent: str = Field(max_length=64, description="who, by the name that they sign in with")
    amount: Amount = Field(description="how much")
    outcome: str = Field(default="", max_length=40, description="what came of it; left out as it begins")
    decline_reason: DeclineReason | None = Field(default=None, description="why it was declined")

    def __str__(self) -> str:
        why = f" ({self.decline_reason})" if self.decline_reason else ""
        return f"{self.agent} takes {self.amount}" + (f": {self.outcome}{why}" if self.outcome else "")


class Order(BaseEvent):
    """Another PBX handed the call in, with an order. For which account or bill is not written down."""

    who: ClassVar = "pbx"
    type: Literal["order"] = "order"
    pbx: str = Field(max_length=64, description="who, by its name in `ivr.toml`")
    run: str = Field(max_length=80, description="what it wants: `charge`, `authorize`, `tokenize`, or `flow/NAME`")
    amount: Amount | None = Field(default=None, description="how much, where it says so")
    bill: bool = Field(default=False, description="whether that is an open bill")

    def __str__(self) -> str:
        of_what = f" of {self.amount}" if self.amount else ""
        return f"{self.pbx} orders {self.run}{of_what}{', a bill' if self.bill else ''}"


class EarlierPayments(BaseEvent):
    """Earlier payments were looked for. Whose they are and which bills they paid is not written down."""

    answers: ClassVar = True
    who: ClassVar = "ledger"
    type: Literal["earlier-payments"] = "earlier-payments"
    available: bool = Field(description="whether the ledger could say")
    amounts: tuple[Amount, ...] = Field(default=(), max_length=_MOST, description="what was paid, the latest first")
    left: tuple[Amount, ...] = Field(
        default=(), max_length=_MOST, description="what of each nobody has asked back yet"
    )

    @classmethod
    def of(cls, at: int, payments: Sequence[EarlierPayment]) -> Self:
        """What was found; of very many the latest."""
        kept = payments[:_MOST]
        amounts, left = [Amount.of(payment.amount) for payment in kept], [Amount.of(payment.left) for payment in kept]
        return cls(at=at, available=True, amounts=tuple(amounts), left=tuple(left))

    def __str__(self) -> str:
        if not self.available:
            return "earlier payments unavailable"
        return f"earlier payments: {', '.join(map(str, self.amounts)) or 'none'}"


class Request(BaseEvent):
    """Something was written down that a person has to see to. Who is to be called back is not."""

    answers: ClassVar = True
    who: ClassVar = "request"
    type: Literal["request"] = "request"
    about: Literal["callback", "refund"] = Field(description="what is asked for")
    noted: Noted = Field(description="what became of it")
    window: Window | None = Field(default=None, description="when to call back")
    amount: Amount | None = Field(default=None, description="how much is asked back")
    reason: RefundReason | None = Field(default=None, description="why it is asked back")

    @classmethod
    def of(cls, at: int, request: flow.Request, noted: Noted) -> Self:
        """What was asked for, without the number to call."""
        if isinstance(request, flow.CallbackRequest):
            return cls(at=at, about="callback", noted=noted, window=request.window)
        amount = Amount.of(request.amount)
        return cls(at=at, about="refund", noted=noted, amount=amount, reason=request.reason)

    def __str__(self) -> str:
        facts = (self.window, self.amount, self.reason)
        return f"{self.about}: {self.noted} ({', '.join(str(fact) for fact in facts if fact)})"
