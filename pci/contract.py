"""What the call side may ask of the card side, and what it may be told.

The only module of `pci` that `ivr` imports. Everything here is free of card data by construction: there is
a token, a brand and the last four digits, and no request whose answer holds a PAN, an expiry date or a CVV.

HTTP over a unix socket, JSON bodies:

    GET    /v1/health                     -> Health
    POST   /v1/captures                     CaptureRequest -> NDJSON stream of CaptureEvent, the last is CaptureResult
    POST   /v1/charges                      ChargeRequest  -> Charge
    GET    /v1/charges/{charge_id}          -> Charge
    POST   /v1/charges/{charge_id}/collect  -> Charge    take the money that the bank holds
    POST   /v1/charges/{charge_id}/void     -> Charge    let go of it
    GET    /v1/tokens/{token}               -> KeptCard
    POST   /v1/tokens/{token}/keep          KeepRequest -> KeptCard
    DELETE /v1/tokens/{token}               -> 204

Closing the connection of a capture ends it, gives the caller back and wipes what was keyed.
A capture is of a card, here and everywhere in Tonewall; what the field calls the capture of funds is `collect`.
A card is destroyed a few minutes after it was keyed, charged or not, unless it was kept by then.
Every refusal is an `Error` with one of `ErrorCode`. `not-found` for a charge is a promise: it will never be made.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")]
PromptId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Last4 = Annotated[str, Field(pattern=r"^[0-9]{4}$")]


class _Model(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt field must not be ignored near money."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CardField(StrEnum):
    """What is asked of the caller, in the names the field uses (Twilio Pay, SWML)."""

    NUMBER = "payment-card-number"
    EXPIRY = "expiration-date"
    SECURITY_CODE = "security-code"
    POSTAL_CODE = "postal-code"


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


class EntryError(StrEnum):
    """Why a field was asked again."""

    TIMEOUT = "timeout"
    INVALID_CARD_NUMBER = "invalid-card-number"
    INVALID_CARD_TYPE = "invalid-card-type"
    INVALID_DATE = "invalid-date"
    INVALID_SECURITY_CODE = "invalid-security-code"
    INVALID_POSTAL_CODE = "invalid-postal-code"
    CONNECTION_GAP = "connection-gap"


class CaptureOutcome(StrEnum):
    """How a capture ended."""

    SUCCESS = "success"
    TOO_MANY_FAILED_ATTEMPTS = "too-many-failed-attempts"
    CANCELLED = "caller-interrupted-with-star"
    HUNG_UP = "caller-hung-up"
    NOT_SECURE = "not-secure"
    INTERNAL_ERROR = "internal-error"


class PromptRule(_Model):
    """A prompt of the flow's own, spoken instead of the usual one where all given conditions match."""

    for_: CardField = Field(alias="for")
    say: tuple[PromptId, ...] = Field(min_length=1, max_length=8)
    attempt: tuple[int, ...] = ()
    error_type: EntryError | None = None
    card_type: Brand | None = None


class CaptureRequest(_Model):
    """Take this caller away, ask for a card, give the caller back to `return_to`."""

    call_id: Identifier
    channel_id: Identifier
    return_to: Identifier = "ivr"
    language: Language = "en"
    security_code: bool = True
    postal_code: bool = False
    valid_card_types: tuple[Brand, ...] = Field(default=(Brand.VISA, Brand.MASTERCARD, Brand.AMEX), min_length=1)
    first_digit_timeout: float = Field(default=20.0, gt=0, le=120, description="seconds")
    inter_digit_timeout: float = Field(default=5.0, gt=0, le=60, description="seconds")
    entry_attempts: int = Field(default=3, ge=1, le=5)
    opening: tuple[PromptId, ...] = Field(default=(), max_length=8, description="said before the first question")
    prompts: tuple[PromptRule, ...] = Field(default=(), max_length=32)


class CaptureStarted(_Model):
    """The caller is alone with the card side; the first card prompt is about to be spoken."""

    type: Literal["started"] = "started"


class PromptSpoken(_Model):
    """The caller hears these prompts now."""

    type: Literal["prompt"] = "prompt"
    prompts: tuple[PromptId, ...]


class FieldProgress(_Model):
    """A key was pressed or a field was judged. `entered` is a count; it stays 0 for a security code."""

    type: Literal["progress"] = "progress"
    field: CardField
    state: Literal["entering", "accepted", "rejected"]
    entered: int = Field(ge=0, le=64)
    attempt: int = Field(ge=1)
    brand: Brand | None = None
    error_type: EntryError | None = None


class CaptureResult(_Model):
    """The last line of a capture. The card is named by `capture_id` and `token` from here on."""

    type: Literal["result"] = "result"
    outcome: CaptureOutcome
    capture_id: Identifier | None = None
    token: Identifier | None = None
    brand: Brand | None = None
    last4: Last4 | None = None


CaptureEvent = Annotated[CaptureStarted | PromptSpoken | FieldProgress | CaptureResult, Field(discriminator="type")]
CAPTURE_EVENT: TypeAdapter[CaptureEvent] = TypeAdapter(CaptureEvent)


class ChargeRequest(_Model):
    """Charge a card. `confirmed` says that the caller heard the amount and said yes.

    The card is the one just captured (`capture_id`) or a kept one (`token`), for which there is no security code.
    `authorize` has the bank hold the amount; it is taken by `collect` or let go by `void`.
    `amount` is in minor units of `currency` (ISO 4217). `charge_id` is chosen by the caller of this API and
    names the attempt for ever: the same request again answers with the same charge, never with a second one.
    """

    charge_id: Identifier
    order_id: Identifier
    capture_id: Identifier | None = None
    token: Identifier | None = None
    action: Literal["charge", "authorize"] = "charge"
    amount: int = Field(gt=0, lt=100_000_000)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    confirmed: Literal[True]

    @model_validator(mode="after")
    def _names_one_card(self) -> Self:
        if (self.capture_id is None) == (self.token is None):
            raise ValueError("name the card by capture_id or by token, by one of the two")
        return self


class ChargeState(StrEnum):
    """Where an attempt stands. All but PENDING and UNKNOWN are final; nothing is said that is not final.

    AUTHORIZED: the bank holds the amount. It becomes APPROVED (collected) or NOT_CHARGED (voided) when that is asked
    for, and nothing else, ever.
    """

    PENDING = "pending"
    AUTHORIZED = "authorized"
    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    NOT_CHARGED = "not-charged"

    @property
    def final(self) -> bool:
        """Whether the caller may be told this."""
        return self not in (ChargeState.PENDING, ChargeState.UNKNOWN)


class Closing(StrEnum):
    """What was asked to become of an amount that the bank holds."""

    COLLECT = "collect"
    VOID = "void"


class DeclineReason(StrEnum):
    """Why the processor said no, in one closed list for every processor."""

    GENERIC = "generic"
    INSUFFICIENT_FUNDS = "insufficient-funds"
    EXPIRED_CARD = "expired-card"
    INCORRECT_SECURITY_CODE = "incorrect-security-code"
    INVALID_CARD = "invalid-card"
    NOT_PERMITTED = "not-permitted"
    SUSPECTED_FRAUD = "suspected-fraud"
    AUTHENTICATION_REQUIRED = "authentication-required"


class Charge(_Model):
    """One attempt to charge one card, as far as it is known now.

    `closing` beside AUTHORIZED: it was asked for, and nobody knows yet whether it has happened; ask again later.
    """

    charge_id: Identifier
    order_id: Identifier
    state: ChargeState
    amount: int
    currency: str
    brand: Brand
    last4: Last4
    decline_reason: DeclineReason | None = None
    approval_code: Identifier | None = None
    closing: Closing | None = None


class KeepRequest(_Model):
    """Keep a card for later payments. `confirmed` says that the caller was asked and said yes."""

    confirmed: Literal[True]


class KeptCard(_Model):
    """A card that is kept under a token. Its expiry date stays on the card side; `expired` is all that is told."""

    token: Identifier
    brand: Brand
    last4: Last4
    expired: bool


class Health(_Model):
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
    ORDER_IN_PROGRESS = "order-in-progress"
    CONFLICT = "conflict"
    INTERNAL_ERROR = "internal-error"


class Error(_Model):
    """The body of every answer that is not 2xx. `message` is a constant sentence: no value gets into it."""

    error: ErrorCode
    message: str
