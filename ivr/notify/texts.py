"""What text messages say. Every character is in the GSM 03.38 alphabet, so that one message stays one message.

That alphabet has é, è, à, ñ but neither á, ç nor ã: words are chosen so that nothing is misspelt. Amounts have the
code of their currency: a dollar sign would be six currencies, and a złoty's is not in the alphabet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar

from ivr.money import Money, exponent
from ivr.prompts.rendering import LANGUAGES
from pci.contract import Brand, ChargeState

T = TypeVar("T")
DEFAULT_LANGUAGE: Final = "en"
# {what} is _BILL, or the flow's own word for what was paid; {fee} is _FEE, or nothing
_RECEIPT: Final[Mapping[str, str]] = {
    "en": "Payment received: {amount} {currency} for {what}{fee}, {brand} ending {last4}. Thank you.",
    "es": "Pago recibido: {amount} {currency} por {what}{fee}, {brand} terminada en {last4}. Gracias.",
    "fr": "Paiement enregistré: {amount} {currency} pour {what}{fee}, {brand} se terminant par {last4}. Merci.",
    "it": "Pagamento ricevuto: {amount} {currency} per {what}{fee}, {brand} che termina con {last4}. Grazie.",
    "pt": "Pagamento recebido: {amount} {currency} para {what}{fee}, {brand} final {last4}. Obrigado.",
}
_RESERVED: Final[Mapping[str, str]] = {
    "en": "Reserved: {amount} {currency} for {what}{fee}, {brand} ending {last4}. It has not been charged yet.",
    "es": "Importe reservado: {amount} {currency} por {what}{fee}, {brand} terminada en {last4}. No cobrado.",
    "fr": "Montant réservé: {amount} {currency} pour {what}{fee}, {brand} se terminant par {last4}. Non débité.",
    "it": "Importo riservato: {amount} {currency} per {what}{fee}, {brand} che termina con {last4}. Non addebitato.",
    "pt": "Valor reservado: {amount} {currency} para {what}{fee}, {brand} final {last4}. Nada foi cobrado ainda.",
}
_NOT_CHARGED: Final[Mapping[str, str]] = {
    "en": "Your payment of {amount} {currency} for {what} did not go through. "
    "Your {brand} ending {last4} was not charged.",
    "es": "Su pago de {amount} {currency} por {what} no se hizo. "
    "No se le ha cobrado nada en su {brand} terminada en {last4}.",
    "fr": "Votre paiement de {amount} {currency} pour {what} n'a pas abouti. "
    "Votre {brand} se terminant par {last4} n'a pas été débitée.",
    "it": "Il pagamento di {amount} {currency} per {what} non è riuscito. "
    "Nessun addebito sulla {brand} che termina con {last4}.",
    "pt": "O pagamento de {amount} {currency} para {what} falhou. Nada foi cobrado no {brand} final {last4}.",
}
_BILL: Final[Mapping[str, str]] = {
    "en": "bill {reference}",
    "es": "factura {reference}",
    "fr": "facture {reference}",
    "it": "fattura {reference}",
    "pt": "fatura {reference}",
}
_FEE: Final[Mapping[str, str]] = {
    "en": ", with a fee of {fee} {currency}",
    "es": ", con un cargo de {fee} {currency}",
    "fr": ", dont {fee} {currency} de frais",
    "it": ", con una commissione di {fee} {currency}",
    "pt": ", com uma taxa de {fee} {currency}",
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
    language, currency = payment.language, payment.total.currency
    fee = payment.fee and in_language(language, _FEE).format(fee=_figures(payment.fee, language), currency=currency)
    return in_language(language, texts).format(
        amount=_figures(payment.total, language),
        currency=currency,
        what=payment.what,
        fee=fee or "",
        brand=_BRANDS[payment.brand],
        last4=payment.last4,
    )


def _figures(amount: Money, language: str) -> str:
    return in_language(language, LANGUAGES).written(Decimal(str(amount)), exponent(amount.currency))


def in_language(language: str, texts: Mapping[str, T]) -> T:
    """The text, or whatever else it is, in this language; English where there is none yet."""
    return texts.get(language, texts[DEFAULT_LANGUAGE])
