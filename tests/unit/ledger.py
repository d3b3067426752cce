"""A ledger with one bill and one call in it, and a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from ivr.bill import Bill
from ivr.flow.call import Captured, Due, Invoice
from ivr.money import Money
from ivr.store.database import sqlite_url
from ivr.store.models import InvoiceRow, InvoiceStatus, OutboxRow, PaymentRow
from ivr.store.payments import Intent
from ivr.store.store import Store, open_store
from pci.contract import Brand, Charge, ChargeState

BILL = Bill("204863", "INV-1107", Money(12540, "USD"), date(2026, 12, 5), "+15550100123")
CARD = Captured("capture-1", Brand.VISA, "1111")


class HandClock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def go_on(self, by: timedelta) -> None:
        self.time += by


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open store, and the invoice that everything here is about."""

    store: Store
    invoice: Invoice
    clock: HandClock

    async def begin(self, charge_id: str = "charge-1") -> None:
        """The intent to pay the invoice."""
        await self.store.payments.begin_payment(Intent(charge_id, "call-1", Due(self.invoice), CARD))

    async def settle(self, state: ChargeState, charge_id: str = "charge-1", *, caller_hears: bool = True) -> bool:
        """The card side's word on it; whether a text message is on its way."""
        told = await self.store.payments.settle_payment(charge(state, charge_id), caller_hears=caller_hears)
        return told.texted

    async def settle_amount(self, state: ChargeState, charge_id: str, amount: int) -> bool:
        """As `settle`, for a charge of another amount than the bill's."""
        return (await self.store.payments.settle_payment(charge(state, charge_id, amount))).texted

    async def state(self, charge_id: str = "charge-1") -> ChargeState:
        """Of the payment."""
        row = await self.store.database.read(lambda session: session.get_one(PaymentRow, charge_id))
        return row.state

    async def paid(self) -> bool:
        """Whether the invoice is."""
        row = await self.store.database.read(lambda session: session.get_one(InvoiceRow, self.invoice.id))
        return row.status is InvoiceStatus.PAID

    async def texts(self) -> list[str]:
        """Of the messages that are owed or were."""
        texts = select(OutboxRow.text).order_by(OutboxRow.id)
        return list(await self.store.database.read(lambda session: session.scalars(texts)))


@asynccontextmanager
async def open_ledger(folder: Path, bill: Bill = BILL) -> AsyncIterator[Ledger]:
    """A new ledger in `folder`, or the one that is there already."""
    clock = HandClock()
    async with open_store(sqlite_url(folder / "ivr.db"), clock) as store:
        imported = await store.invoices.put_bills([bill])
        if imported.added:
            await store.calls.record_call_start("call-1", dialled="1000", caller="+15550100999", flow="pay-invoice")
        invoice = await store.invoices.find_open_invoice(bill.account)
        assert invoice is not None
        yield Ledger(store, invoice, clock)


def charge(state: ChargeState, charge_id: str = "charge-1", amount: int = BILL.amount.minor) -> Charge:
    """What the card side says of a charge."""
    return Charge(
        charge_id=charge_id,
        order_id="order-1",
        state=state,
        amount=amount,
        currency=BILL.amount.currency,
        brand=CARD.brand,
        last4="1111",
    )
