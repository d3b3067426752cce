"""The subject lines of e-mails; their text is that of the text message (`ivr.notify.texts`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.notify.texts import PaymentText, in_language
from pci.contract import ChargeState

_RECEIVED: Final[Mapping[str, str]] = {
    "en": "Payment received for {what}",
    "es": "Pago recibido: {what}",
    "fr": "Paiement reçu : {what}",
    "it": "Pagamento ricevuto: {what}",
    "pt": "Pagamento recebido: {what}",
}
_RESERVED: Final[Mapping[str, str]] = {
    "en": "Amount reserved for {what}",
    "es": "Importe reservado: {what}",
    "fr": "Montant réservé : {what}",
    "it": "Importo riservato: {what}",
    "pt": "Valor reservado: {what}",
}
_NOT_CHARGED: Final[Mapping[str, str]] = {
    "en": "Payment not made for {what}",
    "es": "Pago no realizado: {what}",
    "fr": "Paiement non effectué : {what}",
    "it": "Pagamento non riuscito: {what}",
    "pt": "Pagamento não realizado: {what}",
}


def subject(payment: PaymentText, state: ChargeState) -> str:
    """What an e-mail about a payment that came to `state` is called."""
    subjects = {ChargeState.APPROVED: _RECEIVED, ChargeState.AUTHORIZED: _RESERVED}.get(state, _NOT_CHARGED)
    return in_language(payment.language, subjects).format(what=payment.what)
