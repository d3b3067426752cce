"""The events at the card side and at the bank: brands, states and counts, never a digit."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ivr.trace.amount import Amount
from ivr.trace.base import MASK, BaseEvent
from pci.contract import Brand, CaptureOutcome, CardField, ChargeState, DeclineReason, EntryError

SECURE_LINE_DOWN: Literal["secure-line-down"] = "secure-line-down"
IN_PROGRESS: Literal["payment-in-progress"] = "payment-in-progress"


class SecureLine(BaseEvent):
    """The card side was asked whether it could take the caller."""

    answers: ClassVar = True
    who: ClassVar = "card side"
    type: Literal["secure-line"] = "secure-line"
    ready: bool = Field(description="whether it could")

    def __str__(self) -> str:
        return "ready" if self.ready else "not ready"


class StoredCard(BaseEvent):
    """It was looked for the card that an account keeps, or one was to be kept."""

    answers: ClassVar = True
    who: ClassVar = "card side"
    type: Literal["stored-card"] = "stored-card"
    about: Literal["found", "may-keep", "kept"] = Field(description="what was asked")
    yes: bool = Field(description="the answer")
    brand: Brand | None = Field(default=None, description="of the card that was found")
    expired: bool = Field(default=False, description="whether it has expired")

    def __str__(self) -> str:
        answer = f"{(self.yes and (self.brand or 'yes')) or 'no'}{' (expired)' if self.expired else ''}"
        return f"stored card, {self.about}: {answer}"


class CardSideSaid(BaseEvent):
    """The card side began to say something."""

    who: ClassVar = "card side"
    type: Literal["card-side-said"] = "card-side-said"
    prompts: tuple[str, ...] = Field(description="prompt ids")

    def __str__(self) -> str:
        return f"says {' '.join(self.prompts)}"


class CardEntry(BaseEvent):
    """A card field was judged, or left half keyed."""

    who: ClassVar = "card side"
    type: Literal["card-entry"] = "card-entry"
    field: CardField = Field(description="which field")
    state: Literal["entering", "accepted", "rejected"] = Field(description="`entering`: left half keyed")
    keys: int = Field(ge=0, le=64, description="how many keys; always 0 for a security code")
    attempt: int = Field(ge=1, description="which attempt")
    brand: Brand | None = Field(default=None, description="as far as the number told it")
    error_type: EntryError | None = Field(default=None, description="why it was rejected")
    said: bool = Field(default=False, description="whether it was said and not keyed")

    def __str__(self) -> str:
        why = f" ({self.error_type})" if self.error_type else ""
        return f"{self.field} {MASK * self.keys} {self.state}{', said' if self.said else ''}{why}"


class Capture(BaseEvent):
    """The card side gave the caller back, or did not take them."""

    answers: ClassVar = True
    who: ClassVar = "card side"
    type: Literal["capture"] = "capture"
    outcome: CaptureOutcome | Literal["secure-line-down", "payment-in-progress"] = Field(description="how it ended")
    brand: Brand | None = Field(default=None, description="of the card that it holds")

    def __str__(self) -> str:
        return f"card: {self.outcome}, {self.brand}" if self.brand else f"card: {self.outcome}"


class Charge(BaseEvent):
    """A confirmed amount was charged, or not."""

    answers: ClassVar = True
    who: ClassVar = "bank"
    type: Literal["charge"] = "charge"
    amount: Amount = Field(description="what was to be charged")
    state: ChargeState | Literal["payment-in-progress"] = Field(description="what came of it")
    decline_reason: DeclineReason | None = Field(default=None, description="why it was declined")

    def __str__(self) -> str:
        why = f" ({self.decline_reason})" if self.decline_reason else ""
        return f"{self.amount}: {self.state}{why}"


class Forgotten(BaseEvent):
    """The card side was told to drop a card that is not charged."""

    who: ClassVar = "card side"
    type: Literal["forgotten"] = "forgotten"

    def __str__(self) -> str:
        return "told to drop the card"
