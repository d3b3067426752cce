"""The subject lines of e-mails; their text is that of the text message (`ivr.notify.texts`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.notify.texts import DEFAULT_LANGUAGE

_RECEIVED: Final[Mapping[str, str]] = {
    "en": "Payment received for bill {reference}",
    "es": "Pago recibido de la factura {reference}",
    "fr": "Paiement reçu pour la facture {reference}",
    "it": "Pagamento ricevuto per la fattura {reference}",
    "pt": "Pagamento recebido da fatura {reference}",
}
_NOT_CHARGED: Final[Mapping[str, str]] = {
    "en": "Payment not made for bill {reference}",
    "es": "Pago no realizado de la factura {reference}",
    "fr": "Paiement non effectué pour la facture {reference}",
    "it": "Pagamento non riuscito per la fattura {reference}",
    "pt": "Pagamento não realizado da fatura {reference}",
}


def subject(language: str, reference: str, *, approved: bool) -> str:
    """What an e-mail about a payment is called; in English where `language` has no subject yet."""
    subjects = _RECEIVED if approved else _NOT_CHARGED
    return subjects.get(language, subjects[DEFAULT_LANGUAGE]).format(reference=reference)
