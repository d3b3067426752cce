"""Messages about payments: what is owed to whom, written in the transaction of the outcome that it speaks of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.money import Money
from ivr.notify import texts
from ivr.notify.subjects import subject
from ivr.store.models import InvoiceRow, OutboxKind, PaymentRow
from ivr.store.outbox import Outbox, Owed
from pci.contract import ChargeState


@dataclass(frozen=True, slots=True)
class Sent:
    """By which ways a message about a payment is on its way."""

    texted: bool = False
    emailed: bool = False


class Confirmations:
    """The messages about payments, in the outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def owe(self, session: AsyncSession, row: PaymentRow, invoice: InvoiceRow) -> Sent:
        """Owe the news of this payment's state to every address of its bill."""
        approved = row.state is ChargeState.APPROVED
        write = texts.receipt if approved else texts.not_charged
        text = write(row.language, Money(row.amount_minor, row.currency), invoice.reference, row.brand, row.last4)
        about = subject(row.language, invoice.reference, approved=approved)
        sms = Owed(_key(row, OutboxKind.SMS), OutboxKind.SMS, invoice.mobile or "", text)
        email = Owed(_key(row, OutboxKind.EMAIL), OutboxKind.EMAIL, invoice.email or "", text, about)
        return Sent(*(bool(message.to) and self._outbox.put(session, message) for message in (sms, email)))

    async def owed(self, session: AsyncSession, row: PaymentRow) -> Sent:
        """What is owed about this payment's state, or was."""
        return Sent(
            *[await self._outbox.has(session, _key(row, kind)) for kind in (OutboxKind.SMS, OutboxKind.EMAIL)]
        )


def _key(row: PaymentRow, kind: OutboxKind) -> str:
    key = f"{row.charge_id}:{row.state}"
    return key if kind is OutboxKind.SMS else f"{key}:{kind}"
