"""What is owed: looked up by callers, filled from files of bills."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.bill import Bill
from ivr.flow.call import Invoice
from ivr.money import Money
from ivr.store.database import Database
from ivr.store.errors import ImportBrokenOff, StoreUnavailable
from ivr.store.models import HOLDING, InvoiceRow, InvoiceStatus, PaymentRow
from pci.contract import ChargeState

_AT_A_TIME: Final = 250  # SQLite allows 1000 terms in a condition
# in SQLite a writer who waits looks every tenth of a second: in a longer pause each gets their turn
_OTHERS_TURN_SECONDS: Final = 0.12
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
        """Add new bills and bring open ones up to date; the same bills again change nothing.

        A bill that is paid, whose payment is under way or whose amount is held, stays as its payer heard it. Some
        hundred are written at a time, so that no payment waits for all of them; if one of these parts cannot be
        written, none of it is, the parts before it stay, and `ImportBrokenOff` says how many bills that is.
        """
        counts: Counter[str] = Counter()
        for done in range(0, len(bills), _AT_A_TIME):
            if done:
                await asyncio.sleep(_OTHERS_TURN_SECONDS)
            part = bills[done : done + _AT_A_TIME]
            try:
                counts += await self._database.write(partial(self._put, bills=part))
            except StoreUnavailable as error:
                raise ImportBrokenOff(done, len(bills)) from error
        return Imported(**counts)

    async def put_bill(self, bill: Bill) -> Invoice | None:
        """As `put_bills`, for one; the invoice as it stands then, None if it is paid already."""

        async def put(session: AsyncSession) -> Invoice | None:
            if "paid" in await self._put(session, [bill]):
                return None
            return as_invoice((await session.scalars(select(InvoiceRow).where(_named(bill)))).one())

        return await self._database.write(put)

    async def _put(self, session: AsyncSession, bills: Sequence[Bill]) -> Counter[str]:
        """Put each; how many came to what, in the words of `Imported`."""
        named = select(InvoiceRow).where(or_(*map(_named, bills))).with_for_update()
        rows = {(row.account, row.reference): row for row in await session.scalars(named)}
        held = select(PaymentRow.invoice_id).where(
            PaymentRow.invoice_id.in_([row.id for row in rows.values()]), HOLDING
        )
        being_paid = frozenset(await session.scalars(held))
        counts: Counter[str] = Counter()
        for bill in bills:
            row = rows.get((bill.account, bill.reference))
            if row is None:
                session.add(self._row(bill))
            counts["added" if row is None else self._update(row, bill, row.id in being_paid)] += 1
        return counts

    def _update(self, row: InvoiceRow, bill: Bill, being_paid: bool) -> str:
        if row.status is InvoiceStatus.PAID:
            return "paid"
        stated = (bill.amount.minor, bill.amount.currency, bill.due, bill.mobile, bill.email)
        if (row.amount_minor, row.currency, row.due, row.mobile, row.email) == stated:
            return "unchanged"
        if being_paid:
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


def _named(bill: Bill) -> ColumnElement[bool]:
    return and_(InvoiceRow.account == bill.account, InvoiceRow.reference == bill.reference)


def as_invoice(row: InvoiceRow) -> Invoice:
    """The row, in the words of the flow engine."""
    amount = Money(row.amount_minor, row.currency)
    return Invoice(
        row.id, row.account, row.reference, amount, row.due, row.mobile, row.email, purpose=row.purpose or ""
    )
