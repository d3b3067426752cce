"""A card is charged, kept, or an amount held and then taken or let go."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from pci.contract.base import Brand, Identifier, Last4, Model


class ChargeRequest(Model):
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


class Charge(Model):
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


class KeepRequest(Model):
    """Keep a card for later payments. `confirmed` says that the caller was asked and said yes."""

    confirmed: Literal[True]


class KeptCard(Model):
    """A card that is kept under a token. Its expiry date stays on the card side; `expired` is all that is told."""

    token: Identifier
    brand: Brand
    last4: Last4
    expired: bool
