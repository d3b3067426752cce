"""What is owed: looked up by callers, filled from files of bills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.bill import Bill
from ivr.flow.call import Invoice
from ivr.money import Money
from ivr.store.database import Database
from ivr.store.models import HOLDING, InvoiceRow, InvoiceStatus, PaymentRow
from pci.contract import ChargeState

_HELD = exists().where(PaymentRow.invoice_id == InvoiceRow.id, PaymentRow.state == ChargeState.AUTHORIZED)
_FIRST_TO_PAY = (_HELD, InvoiceRow.due.is_(None), InvoiceRow.due, InvoiceRow.id)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in numbers of bills. The last two were left as they are."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    paid: int = 0
    being_paid: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A bill, and whether it is paid."""

    invoice: Invoice
    paid: bool


class Invoices:
    """The invoices of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_open_invoice(self, account: str) -> Invoice | None:
        """The invoice that this account should pay first: the oldest due date, those without one last.

        One whose amount the bank holds is found only if there is no other: it is not paid, and cannot be paid now.
        """
        query = (
            select(InvoiceRow)
            .where(
                InvoiceRow.account == account,
                InvoiceRow.status == InvoiceStatus.OPEN,
                InvoiceRow.purpose.is_(None),
            )
            .order_by(*_FIRST_TO_PAY)
            .limit(1)
        )
        row = await self._database.read(lambda session: session.scalar(query))
        return None if row is None else as_invoice(row)

    async def find_bills(self, name: str, amount: Money) -> list[Listed]:
        """The bills of just this amount whose account or number this is, the one to pay first at the top."""
        query = (
            select(InvoiceRow)
            .where(
                or_(InvoiceRow.account == name, InvoiceRow.reference == name),
                InvoiceRow.amount_minor == amount.minor,
                InvoiceRow.currency == amount.currency,
                InvoiceRow.purpose.is_(None),
            )
            .order_by(*_FIRST_TO_PAY)
        )
        rows = await self._database.read(lambda session: session.scalars(query))
        return [Listed(as_invoice(row), row.status is InvoiceStatus.PAID) for row in rows]

    async def put_bills(self, bills: Sequence[Bill]) -> Imported:
        """Add new bills and bring open ones up to date, all or none; the same bills again change nothing.

        A bill that is paid, whose payment is under way or whose amount is held, stays as its payer heard it.
        """

        async def put(session: AsyncSession) -> Imported:
            counts = dict.fromkeys(("added", "updated", "unchanged", "paid", "being_paid"), 0)
            for bill in bills:
                counts[await self._put(session, bill)] += 1
            return Imported(**counts)

        return await self._database.write(put)

    async def put_bill(self, bill: Bill) -> Invoice | None:
        """As `put_bills`, for one; the invoice as it stands then, None if it is paid already."""

        async def put(session: AsyncSession) -> Invoice | None:
            if await self._put(session, bill) == "paid":
                return None
            named = select(InvoiceRow).where(
                InvoiceRow.account == bill.account, InvoiceRow.reference == bill.reference
            )
            return as_invoice((await session.scalars(named)).one())

        return await self._database.write(put)

    async def _put(self, session: AsyncSession, bill: Bill) -> str:
        query = select(InvoiceRow).where(InvoiceRow.account == bill.account, InvoiceRow.reference == bill.reference)
        row = await session.scalar(query.with_for_update())
        if row is None:
            session.add(self._row(bill))
            return "added"
        if row.status is InvoiceStatus.PAID:
            return "paid"
        stated = (bill.amount.minor, bill.amount.currency, bill.due, bill.mobile, bill.email)
        if (row.amount_minor, row.currency, row.due, row.mobile, row.email) == stated:
            return "unchanged"
        holders = select(PaymentRow.charge_id).where(PaymentRow.invoice_id == row.id, HOLDING)
        if await session.scalar(holders):
            return "being_paid"
        row.amount_minor, row.currency, row.due, row.mobile, row.email = stated
        row.updated = self._database.now()
        return "updated"

    def _row(self, bill: Bill) -> InvoiceRow:
        now = self._database.now()
        return InvoiceRow(
            account=bill.account,
            reference=bill.reference,
            amount_minor=bill.amount.minor,
            currency=bill.amount.currency,
            due=bill.due,
            mobile=bill.mobile,
            email=bill.email,
            status=InvoiceStatus.OPEN,
            created=now,
            updated=now,
        )


def as_invoice(row: InvoiceRow) -> Invoice:
    """The row, in the words of the flow engine."""
    amount = Money(row.amount_minor, row.currency)
    return Invoice(
        row.id, row.account, row.reference, amount, row.due, row.mobile, row.email, purpose=row.purpose or ""
    )
