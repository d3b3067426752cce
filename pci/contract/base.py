"""What all of the contract stands on: names, and models in which an unknown key is an error."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")]
PromptId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Word = Annotated[str, Field(pattern=r"^[^\W\d_]+(['’-][^\W\d_]+)*$", max_length=40)]
Last4 = Annotated[str, Field(pattern=r"^[0-9]{4}$")]


class Model(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt field must not be ignored near money."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Brand(StrEnum):
    """Card brands that are told apart by prefix."""

    VISA = "visa"
    MASTERCARD = "mastercard"
    AMEX = "amex"
    DISCOVER = "discover"
    DINERS = "diners-club"
    JCB = "jcb"
    UNIONPAY = "unionpay"
    MAESTRO = "maestro"


class Health(Model):
    """Whether a capture may start now. `reasons` are constants, fit for a log."""

    ready: bool
    reasons: tuple[str, ...] = ()


class ErrorCode(StrEnum):
    """Why a request was refused."""

    INVALID_REQUEST = "invalid-request"
    NOT_FOUND = "not-found"
    FORBIDDEN = "forbidden"
    SESSION_IN_PROGRESS = "session-in-progress"
    NOT_READY = "not-ready"
    CHANNEL_NOT_FOUND = "channel-not-found"
    CAPTURE_SPENT = "capture-spent"
    CARD_GONE = "card-gone"
    CARD_EXPIRED = "card-expired"
    NOTHING_HELD = "nothing-held"
    NOT_SUPPORTED = "not-supported"
    TOO_LATE = "too-late"
    ORDER_IN_PROGRESS = "order-in-progress"
    CONFLICT = "conflict"
    HEARING_IN_PROGRESS = "hearing-in-progress"
    LANGUAGE_NOT_HEARD = "language-not-heard"
    WORD_NOT_HEARD = "word-not-heard"
    TOO_MANY_HEARINGS = "too-many-hearings"
    INTERNAL_ERROR = "internal-error"


class Error(Model):
    """The body of every answer that is not 2xx. `message` is a constant sentence: no value gets into it."""

    error: ErrorCode
    message: str
