"""What a caller asks of people: to be called back, or to get money back. A person sees to what is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ivr.money import Money


class Window(StrEnum):
    """When a caller wants to be called."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY_TIME = "any-time"


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """Somebody wants to be called back. Their number is in no repr.

    With a `queue` they keep their place in it, and its agents call them when it is their turn.
    """

    number: str = field(repr=False)
    window: Window
    reason: str
    queue: str = ""


class RefundReason(StrEnum):
    """Why a caller wants money back, in the words of payment processors."""

    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"
    REQUESTED_BY_CUSTOMER = "requested_by_customer"
    OTHER = "other"


class RefundStatus(StrEnum):
    """Where a refund stands, in the words of payment processors. It waits for a person at first."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether it is decided."""
        return self in (RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class EarlierPayment:
    """A payment that was approved before. `left` is what of it nobody has asked back yet."""

    id: str
    reference: str
    amount: Money
    left: Money


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Somebody wants an approved payment back, or a part of it."""

    payment: EarlierPayment
    amount: Money
    reason: RefundReason


Request = CallbackRequest | RefundRequest


class Noted(StrEnum):
    """What became of a request. ALREADY: the same one waits already, and is not written down twice.

    LATER: it is written down, and nobody is called at this hour.
    """

    NOTED = "noted"
    LATER = "later"
    ALREADY = "already"
    NOT_NOTED = "unavailable"
