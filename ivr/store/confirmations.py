"""Messages about payments: what is owed to whom, written in the transaction of the outcome that it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from ivr.money import Money
from ivr.notify.subjects import subject
from ivr.notify.texts import PaymentText, news
from ivr.store.models import InvoiceRow, OutboxKind, PaymentRow
from ivr.store.outbox import Outbox, Owed


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
        payment = _payment(row, invoice)
        text, about = news(payment, row.state), subject(payment, row.state)
        sms = Owed(_key(row, OutboxKind.SMS), OutboxKind.SMS, invoice.mobile or "", text)
        email = Owed(_key(row, OutboxKind.EMAIL), OutboxKind.EMAIL, invoice.email or "", text, about)
        return Sent(*(bool(message.to) and self._outbox.put(session, message) for message in (sms, email)))

    async def owe_to(
        self, session: AsyncSession, paid: tuple[PaymentRow, InvoiceRow], kind: OutboxKind, to: str
    ) -> bool:
        """Owe the news of a payment to an address that is not the bill's, once; False without a gateway."""
        row, invoice = paid
        payment, digest = _payment(row, invoice), sha256(to.encode()).hexdigest()[:16]
        about = subject(payment, row.state) if kind is OutboxKind.EMAIL else ""
        message = Owed(f"{_key(row, kind)}:{digest}", kind, to, news(payment, row.state), about)
        return await self._outbox.has(session, message.key) or self._outbox.put(session, message)

    async def owed(self, session: AsyncSession, row: PaymentRow) -> Sent:
        """What is owed about this payment's state, or was."""
        return Sent(
            *[await self._outbox.has(session, _key(row, kind)) for kind in (OutboxKind.SMS, OutboxKind.EMAIL)]
        )


def _payment(row: PaymentRow, invoice: InvoiceRow) -> PaymentText:
    return PaymentText(
        language=row.language,
        total=Money(row.amount_minor, row.currency),
        fee=Money(row.fee_minor, row.currency) if row.fee_minor else None,
        reference=invoice.reference,
        purpose=invoice.purpose or "",
        brand=row.brand,
        last4=row.last4,
    )


def _key(row: PaymentRow, kind: OutboxKind) -> str:
    key = f"{row.charge_id}:{row.state}"
    return key if kind is OutboxKind.SMS else f"{key}:{kind}"
