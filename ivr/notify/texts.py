"""What text messages say. Every character is in the GSM 03.38 alphabet, so that one message stays one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ivr.money import Money
from pci.contract import Brand, ChargeState

DEFAULT_LANGUAGE: Final = "en"
# {what} is _BILL, or the flow's own word for what was paid; {fee} is _FEE, or nothing
_RECEIPT: Final[Mapping[str, str]] = {
    "en": "Payment received: {amount} {currency} for {what}{fee}, {brand} ending {last4}. Thank you.",
}
_RESERVED: Final[Mapping[str, str]] = {
    "en": "Reserved: {amount} {currency} for {what}{fee}, {brand} ending {last4}. It has not been charged yet.",
}
_NOT_CHARGED: Final[Mapping[str, str]] = {
    "en": "Your payment of {amount} {currency} for {what} did not go through. "
    "Your {brand} ending {last4} was not charged.",
}
_BILL: Final[Mapping[str, str]] = {
    "en": "bill {reference}",
    "es": "factura {reference}",
    "fr": "facture {reference}",
    "it": "fattura {reference}",
    "pt": "fatura {reference}",
}
_FEE: Final[Mapping[str, str]] = {"en": ", with a fee of {fee} {currency}"}
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


@dataclass(frozen=True, slots=True)
class PaymentText:
    """What a text about a payment tells: `total` has the `fee` in it; what is no bill has a `purpose`."""

    language: str
    total: Money
    reference: str
    brand: Brand
    last4: str
    fee: Money | None = None
    purpose: str = ""

    @property
    def what(self) -> str:
        """What was paid: the bill, or the flow's own word for what is none."""
        return self.purpose or in_language(self.language, _BILL).format(reference=self.reference)


def news(payment: PaymentText, state: ChargeState) -> str:
    """What a message says of a payment that came to `state`: received, held by the bank, or not made."""
    texts = {ChargeState.APPROVED: _RECEIPT, ChargeState.AUTHORIZED: _RESERVED}.get(state, _NOT_CHARGED)
    currency = payment.total.currency
    fee = in_language(payment.language, _FEE).format(fee=payment.fee, currency=currency) if payment.fee else ""
    return in_language(payment.language, texts).format(
        amount=payment.total,
        currency=currency,
        what=payment.what,
        fee=fee,
        brand=_BRANDS[payment.brand],
        last4=payment.last4,
    )


def in_language(language: str, texts: Mapping[str, str]) -> str:
    """The text in this language; English where there is none yet."""
    return texts.get(language, texts[DEFAULT_LANGUAGE])
