"""Whether a payment may begin for an invoice now; what is no bill gets its row here, in the payment's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.flow.call import Invoice
from ivr.money import Money
from ivr.store.errors import InvoiceAlreadyPaid, InvoiceChanged, PaymentInProgress
from ivr.store.models import HOLDING, InvoiceRow, InvoiceStatus, PaymentRow


async def payable(session: AsyncSession, invoice: Invoice, now: datetime) -> InvoiceRow:
    """The row of `invoice`; InvoiceAlreadyPaid, PaymentInProgress or InvoiceChanged if nothing may be paid for it."""
    row = await _row(session, invoice)
    if row is None and not invoice.purpose:
        raise InvoiceChanged
    if row is None:
        return await _opened(session, invoice, now)
    if row.status is InvoiceStatus.PAID:
        raise InvoiceAlreadyPaid
    holders = select(PaymentRow.charge_id).where(PaymentRow.invoice_id == row.id, HOLDING)
    if await session.scalar(holders):
        raise PaymentInProgress
    if invoice.purpose:  # after a decline the caller may have named another amount
        row.amount_minor, row.currency, row.updated = invoice.amount.minor, invoice.amount.currency, now
    elif Money(row.amount_minor, row.currency) != invoice.amount:
        raise InvoiceChanged
    return row


async def _row(session: AsyncSession, invoice: Invoice) -> InvoiceRow | None:
    if invoice.id is not None:
        return await session.get(InvoiceRow, invoice.id, with_for_update=True)
    named = select(InvoiceRow).where(InvoiceRow.account == invoice.account, InvoiceRow.reference == invoice.reference)
    return await session.scalar(named.with_for_update())


async def _opened(session: AsyncSession, invoice: Invoice, now: datetime) -> InvoiceRow:
    row = InvoiceRow(
        account=invoice.account,
        reference=invoice.reference,
        amount_minor=invoice.amount.minor,
        currency=invoice.amount.currency,
        mobile=invoice.mobile,
        purpose=invoice.purpose,
        status=InvoiceStatus.OPEN,
        created=now,
        updated=now,
    )
    session.add(row)
    await session.flush()
    return row
