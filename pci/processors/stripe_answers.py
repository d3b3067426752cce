"""What Stripe says, in the words of the port."""

from __future__ import annotations

from typing import Final

import stripe

from pci.contract import DeclineReason
from pci.processors.base import (
    Answer,
    Approved,
    Authorized,
    Declined,
    Misconfigured,
    NotSent,
    OutcomeUnknown,
    Pending,
    ProcessorError,
    Standing,
    Unseen,
    Voided,
)

# a decline code of the bank's where there is one, else the error code of Stripe's
_REASONS: Final = {
    "insufficient_funds": DeclineReason.INSUFFICIENT_FUNDS,
    "withdrawal_count_limit_exceeded": DeclineReason.INSUFFICIENT_FUNDS,
    "card_velocity_exceeded": DeclineReason.INSUFFICIENT_FUNDS,
    "expired_card": DeclineReason.EXPIRED_CARD,
    "invalid_expiry_month": DeclineReason.EXPIRED_CARD,
    "invalid_expiry_year": DeclineReason.EXPIRED_CARD,
    "incorrect_cvc": DeclineReason.INCORRECT_SECURITY_CODE,
    "invalid_cvc": DeclineReason.INCORRECT_SECURITY_CODE,
    "incorrect_number": DeclineReason.INVALID_CARD,
    "invalid_number": DeclineReason.INVALID_CARD,
    "invalid_account": DeclineReason.INVALID_CARD,
    "card_not_supported": DeclineReason.NOT_PERMITTED,
    "currency_not_supported": DeclineReason.NOT_PERMITTED,
    "not_permitted": DeclineReason.NOT_PERMITTED,
    "service_not_allowed": DeclineReason.NOT_PERMITTED,
    "transaction_not_allowed": DeclineReason.NOT_PERMITTED,
    "fraudulent": DeclineReason.SUSPECTED_FRAUD,
    "lost_card": DeclineReason.SUSPECTED_FRAUD,
    "merchant_blacklist": DeclineReason.SUSPECTED_FRAUD,
    "pickup_card": DeclineReason.SUSPECTED_FRAUD,
    "security_violation": DeclineReason.SUSPECTED_FRAUD,
    "stolen_card": DeclineReason.SUSPECTED_FRAUD,
    "authentication_not_handled": DeclineReason.AUTHENTICATION_REQUIRED,
    "authentication_required": DeclineReason.AUTHENTICATION_REQUIRED,
}


def standing_of(intent: object) -> Standing:
    """What became of an intent; `OutcomeUnknown` if this version cannot tell."""
    match intent:
        case stripe.PaymentIntent(status="succeeded", latest_charge=stripe.Charge(refunded=True)):
            return Voided()
        case stripe.PaymentIntent(status="succeeded", latest_charge=stripe.Charge(id=str(charge))):
            return Approved(charge)
        case stripe.PaymentIntent(status="canceled"):
            return Voided()
        case stripe.PaymentIntent(status="requires_payment_method", last_payment_error=error) if error is not None:
            return Declined(reason_of(error))
        case stripe.PaymentIntent(status="requires_payment_method" | "requires_confirmation" | "requires_action"):
            return Unseen()
        case stripe.PaymentIntent(status="requires_capture", latest_charge=stripe.Charge(id=str(charge))):
            return Authorized(charge)
        case stripe.PaymentIntent(status="processing"):
            return Pending()
        case _:
            raise OutcomeUnknown


def answered(standing: Standing) -> Answer:
    """The answer to a charge, if it is one; else `OutcomeUnknown`."""
    if not isinstance(standing, Answer):
        raise OutcomeUnknown
    return standing


def identity_of(thing: object) -> str:
    """What Stripe calls it; `OutcomeUnknown` if that was not said."""
    match thing:
        case stripe.PaymentMethod(id=str(identity)) | stripe.PaymentIntent(id=str(identity)):
            return identity
        case _:
            raise OutcomeUnknown


def reason_of(error: object) -> DeclineReason:
    """Why a card was declined."""
    for code in (getattr(error, "decline_code", None), getattr(error, "code", None)):
        if isinstance(code, str) and code in _REASONS:
            return _REASONS[code]
    return DeclineReason.GENERIC


def translated(error: stripe.StripeError) -> ProcessorError:
    """How much is known after an error: no more than it proves."""
    match error:
        case stripe.RateLimitError():
            return NotSent()
        case stripe.AuthenticationError() | stripe.PermissionError() | stripe.InvalidRequestError():
            return Misconfigured()
        case _:
            return OutcomeUnknown()
