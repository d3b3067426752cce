"""The events of a trace, one JSON object each. Nothing that a caller keyed or said has a place here but a choice.

`docs/reference/traces.md` describes each; a test compares. A trace begins with `Began` and ends with `Ended`; the
events of a step come before its `Step`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from ivr.flow.call import ReceiptChannel
from ivr.trace.amount import Amount
from ivr.trace.base import MASK, BaseEvent
from ivr.trace.card_events import (
    Capture,
    CardEntry,
    CardSideSaid,
    Charge,
    Forgotten,
    SecureLine,
    StoredCard,
)
from ivr.trace.people import AgentPayment, EarlierPayments, Order, Person, Request
from ivr.understanding.listening import AGAIN, PERSON

FORMAT: Literal[1] = 1
CUT_OFF = "cut-off"
"""The outcome of a step in whose middle the call ended."""
Wish = Literal["again", "person"]
WISHES: Mapping[str, Wish] = {AGAIN: "again", PERSON: "person"}
_ASKS_FOR: Mapping[Wish, str] = {"again": "the question again", "person": "a person"}
Choice = Annotated[str, Field(pattern=r"^[0-9*#]$")]


class Began(BaseEvent):
    """A call came in and a flow took it."""

    type: Literal["began"] = "began"
    format: Literal[1] = Field(default=FORMAT, description="the version of this format")
    call: str = Field(max_length=80, description="the id of the call")
    flow: str = Field(max_length=80, description="the flow that took it")
    version: int = Field(ge=0, description="the published version of the flows; 0 where nothing is published")
    dialled: str = Field(max_length=80, description="the number that was dialled")
    language: str = Field(description="the language in which it began")
    started: AwareDatetime = Field(description="when, with the time zone")
    number_told: bool = Field(default=False, description="whether the network told the number that called")

    def __str__(self) -> str:
        return f"{self.dialled} dialled"


class Said(BaseEvent):
    """The call side began to say something."""

    who: ClassVar = "says"
    type: Literal["said"] = "said"
    prompts: tuple[str, ...] = Field(description="prompt ids and spoken values; digits are dots")
    text: str = Field(description="the same as text")

    def __str__(self) -> str:
        return self.text


class Keyed(BaseEvent):
    """A question was answered, or met silence."""

    answers: ClassVar = True
    who: ClassVar = "caller"
    type: Literal["keyed"] = "keyed"
    keys: int = Field(ge=0, description="how many keys; 0 is silence")
    others: int = Field(default=0, ge=0, description="how many of them were no digit")
    choice: Choice | None = Field(default=None, description="the key, where it chose something that was offered")
    amount: Amount | None = Field(default=None, description="what was keyed, where it is an amount of money")
    day: date | None = Field(default=None, description="what was keyed, where it is a day")
    item: int | None = Field(default=None, ge=0, description="which of several things the keys named, from 0")
    said: bool = Field(
        default=False, description="whether it was said and not keyed; `keys` is 0 if nobody understood"
    )
    wish: Wish | None = Field(default=None, description="what was said instead of an answer")

    def __str__(self) -> str:
        if self.wish:
            return f"asks for {_ASKS_FOR[self.wish]}"
        if self.amount or self.day:
            return f"{'says' if self.said else 'keys'} {self.amount or self.day}"
        if self.choice:
            return f"{'says' if self.said else 'presses'} {self.choice}"
        if not self.keys:
            return "says what nobody understands" if self.said else "stays silent"
        return f"{'says' if self.said else 'keys'} {MASK * self.keys}"


class Lookup(BaseEvent):
    """An invoice was looked for. Whose it is and where it is sent is not written down."""

    answers: ClassVar = True
    who: ClassVar = "ledger"
    type: Literal["lookup"] = "lookup"
    result: Literal["found", "not-found", "unavailable"] = Field(description="what came of it")
    amount: Amount | None = Field(default=None, description="what is owed")
    due: date | None = Field(default=None, description="when it is due")
    mobile: bool = Field(default=False, description="whether there is a number for text messages")
    email: bool = Field(default=False, description="whether there is an address for e-mails")

    def __str__(self) -> str:
        return f"invoice {self.result}, {self.amount}" if self.amount else f"invoice {self.result}"


class NamedInvoice(BaseEvent):
    """An amount that the caller named became an invoice. Where messages about it go is not written down."""

    answers: ClassVar = True
    who: ClassVar = "ledger"
    type: Literal["named-invoice"] = "named-invoice"
    amount: Amount = Field(description="what was named")
    mobile: bool = Field(description="whether there is a number for text messages")

    def __str__(self) -> str:
        return f"invoice made, {self.amount}"


class ApiAnswer(BaseEvent):
    """A merchant's API was asked. What it was asked and whose bill it found is not written down, nor any text."""

    answers: ClassVar = True
    who: ClassVar = "api"
    type: Literal["api-answer"] = "api-answer"
    api: str = Field(max_length=64, description="its name")
    result: Literal["found", "not-found", "unavailable"] = Field(description="what came of it")
    amount: Amount | None = Field(default=None, description="what is owed")
    due: date | None = Field(default=None, description="when it is due")
    mobile: bool = Field(default=False, description="whether there is a number for text messages")
    email: bool = Field(default=False, description="whether there is an address for e-mails")
    numbers: dict[str, Decimal] = Field(default={}, description="variables that got a number")
    yes_no: dict[str, bool] = Field(default={}, description="variables that are yes or no now")

    def __str__(self) -> str:
        owed = f", {self.amount}" if self.amount else ""
        return f"{self.api} {self.result}{owed}"


class Remembered(BaseEvent):
    """The language of an earlier call was looked for."""

    answers: ClassVar = True
    who: ClassVar = "ledger"
    type: Literal["remembered"] = "remembered"
    language: str | None = Field(default=None, description="what the caller chose then")

    def __str__(self) -> str:
        return f"the caller chose {self.language} before" if self.language else "no language remembered"


class LanguageKept(BaseEvent):
    """The language of the call was kept for the next one of this caller."""

    who: ClassVar = "ledger"
    type: Literal["language-kept"] = "language-kept"
    language: str = Field(description="what was chosen")

    def __str__(self) -> str:
        return f"{self.language} is kept"


class Receipt(BaseEvent):
    """The caller was to get a message about the payment."""

    answers: ClassVar = True
    who: ClassVar = "message"
    type: Literal["receipt"] = "receipt"
    by: ReceiptChannel = Field(description="by which way")
    sent: bool = Field(description="whether one is on its way")

    def __str__(self) -> str:
        return f"{self.by} on its way" if self.sent else f"no {self.by}"


class HungUp(BaseEvent):
    """The flow hung up."""

    type: Literal["hung-up"] = "hung-up"

    def __str__(self) -> str:
        return "we hang up"


class Step(BaseEvent):
    """A step is over; the events before it, up to the step before, are its own."""

    type: Literal["step"] = "step"
    step: str = Field(description="its name in the flow")
    verb: str = Field(description="its verb")
    outcome: str = Field(description="its outcome; `cut-off` or `caller-hung-up` where the call ended in it")

    def __str__(self) -> str:
        return f"└ {self.step}: {self.outcome}"


class Ended(BaseEvent):
    """The call is over."""

    type: Literal["ended"] = "ended"
    outcome: str = Field(description="as in the log and in the table of calls")

    def __str__(self) -> str:
        return f"the call ended: {self.outcome}"


Event = (
    Began
    | Said
    | Keyed
    | Lookup
    | NamedInvoice
    | StoredCard
    | ApiAnswer
    | Remembered
    | LanguageKept
    | SecureLine
    | CardSideSaid
    | CardEntry
    | Capture
    | Charge
    | Forgotten
    | Receipt
    | Person
    | AgentPayment
    | Order
    | EarlierPayments
    | Request
    | HungUp
    | Step
    | Ended
)
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
