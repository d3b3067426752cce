"""A caller is taken away and asked for a card."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from pci.contract.base import Brand, Identifier, Language, Last4, Model, PromptId

LONGEST_PAUSE: Final = 120.0
"""Seconds that what was keyed is kept while the caller is away in the middle of a card."""


class CardField(StrEnum):
    """What is asked of the caller, in the names the field uses (Twilio Pay, SWML)."""

    NUMBER = "payment-card-number"
    EXPIRY = "expiration-date"
    SECURITY_CODE = "security-code"
    POSTAL_CODE = "postal-code"


Input = Literal["keypad", "speech"]
"""How a field may be answered. Keys always count: the first one makes a field that was to be said a keyed one."""


class EntryError(StrEnum):
    """Why a field was asked again."""

    TIMEOUT = "timeout"
    INVALID_CARD_NUMBER = "invalid-card-number"
    INVALID_CARD_TYPE = "invalid-card-type"
    INVALID_DATE = "invalid-date"
    INVALID_SECURITY_CODE = "invalid-security-code"
    INVALID_POSTAL_CODE = "invalid-postal-code"
    CONNECTION_GAP = "connection-gap"
    NOT_UNDERSTOOD = "not-understood"
    NOT_CONFIRMED = "not-confirmed"


class CaptureOutcome(StrEnum):
    """How a capture ended."""

    SUCCESS = "success"
    TOO_MANY_FAILED_ATTEMPTS = "too-many-failed-attempts"
    CANCELLED = "caller-interrupted-with-star"
    CALLED_OFF = "called-off"
    PAUSED_TOO_LONG = "paused-too-long"
    PERSON_WANTED = "caller-asked-for-person"
    HUNG_UP = "caller-hung-up"
    NOT_SECURE = "not-secure"
    INTERNAL_ERROR = "internal-error"


class PromptRule(Model):
    """A prompt of the flow's own, spoken instead of the usual one where all given conditions match."""

    for_: CardField = Field(alias="for")
    say: tuple[PromptId, ...] = Field(min_length=1, max_length=8)
    attempt: tuple[int, ...] = ()
    error_type: EntryError | None = None
    card_type: Brand | None = None


class CaptureRequest(Model):
    """Take this caller away, ask for a card, give the caller back to `return_to`.

    With `speech` among its `input`, fields may be said, where a model knows the language and not too many callers
    speak already. With `person`, a caller who speaks may ask for one.

    A caller whom `return_to` cannot take, as it is being started anew, is asked to wait for it, and hung up on after
    `return_within`.
    """

    call_id: Identifier
    channel_id: Identifier
    return_to: Identifier = "ivr"
    return_within: float = Field(default=0.0, ge=0, le=300, description="seconds")
    language: Language = "en"
    input: tuple[Input, ...] = ("keypad",)
    person: bool = False
    security_code: bool = True
    postal_code: bool = False
    valid_card_types: tuple[Brand, ...] = Field(default=(Brand.VISA, Brand.MASTERCARD, Brand.AMEX), min_length=1)
    first_digit_timeout: float = Field(default=20.0, gt=0, le=120, description="seconds")
    inter_digit_timeout: float = Field(default=5.0, gt=0, le=60, description="seconds")
    entry_attempts: int = Field(default=3, ge=1, le=5)
    opening: tuple[PromptId, ...] = Field(default=(), max_length=8, description="said before the first question")
    prompts: tuple[PromptRule, ...] = Field(default=(), max_length=32)


class CaptureCommand(StrEnum):
    """What a capture that runs may be told, by the last word of the path."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class AskAgain(Model):
    """Have one field of this capture asked once more, whatever was keyed for it before."""

    field: CardField


class CaptureStarted(Model):
    """The caller is alone with the card side; the first card prompt is about to be spoken.

    By `capture_id` the capture can be told to pause, to go on, to ask a field again, to end.
    """

    type: Literal["started"] = "started"
    capture_id: Identifier


class CapturePaused(Model):
    """The caller was given back in the middle of a card; what was keyed is kept for LONGEST_PAUSE at most."""

    type: Literal["paused"] = "paused"


class CaptureResumed(Model):
    """The caller is alone with the card side again."""

    type: Literal["resumed"] = "resumed"


class PromptSpoken(Model):
    """The caller hears these prompts now."""

    type: Literal["prompt"] = "prompt"
    prompts: tuple[PromptId, ...]


class FieldProgress(Model):
    """A key was pressed, digits were heard, or a field was judged. `entered` is a count; 0 for a security code.

    `said`: what was judged was said and not keyed.
    """

    type: Literal["progress"] = "progress"
    field: CardField
    state: Literal["entering", "accepted", "rejected"]
    entered: int = Field(ge=0, le=64)
    attempt: int = Field(ge=1)
    brand: Brand | None = None
    error_type: EntryError | None = None
    said: bool = False


class CaptureResult(Model):
    """The last line of a capture. The card is named by `capture_id` and `token` from here on."""

    type: Literal["result"] = "result"
    outcome: CaptureOutcome
    capture_id: Identifier | None = None
    token: Identifier | None = None
    brand: Brand | None = None
    last4: Last4 | None = None


CaptureEvent = Annotated[
    CaptureStarted | PromptSpoken | FieldProgress | CapturePaused | CaptureResumed | CaptureResult,
    Field(discriminator="type"),
]
CAPTURE_EVENT: TypeAdapter[CaptureEvent] = TypeAdapter(CaptureEvent)
