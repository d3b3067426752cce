"""What text messages say. Every character is in the GSM 03.38 alphabet, so that one message stays one message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.money import Money
from pci.contract import Brand

DEFAULT_LANGUAGE: Final = "en"
_RECEIPT: Final[Mapping[str, str]] = {
    "en": "Payment received: {amount} {currency} for bill {reference}, {brand} ending {last4}. Thank you.",
}
_NOT_CHARGED: Final[Mapping[str, str]] = {
    "en": "Your payment of {amount} {currency} for bill {reference} did not go through. "
    "Your {brand} ending {last4} was not charged.",
}
_BRANDS: Final[Mapping[Brand, str]] = {
    Brand.VISA: "Visa",
    Brand.MASTERCARD: "Mastercard",
    Brand.AMEX: "American Express",
    Brand.DISCOVER: "Discover",
    Brand.DINERS: "Diners Club",
    Brand.JCB: "JCB",
    Brand.UNIONPAY: "UnionPay",
    Brand.MAESTRO: "Maestro",
}


def receipt(language: str, amount: Money, reference: str, brand: Brand, last4: str) -> str:
    """The confirmation of a payment; English where `language` has no text yet."""
    return _fill(_RECEIPT, language, amount, reference, brand, last4)


def not_charged(language: str, amount: Money, reference: str, brand: Brand, last4: str) -> str:
    """The news that a payment whose outcome was not known did not happen."""
    return _fill(_NOT_CHARGED, language, amount, reference, brand, last4)


def _fill(texts: Mapping[str, str], language: str, amount: Money, reference: str, brand: Brand, last4: str) -> str:
    text = texts.get(language, texts[DEFAULT_LANGUAGE])
    return text.format(
        amount=amount, currency=amount.currency, reference=reference, brand=_BRANDS[brand], last4=last4
    )
