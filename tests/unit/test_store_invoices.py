"""Which invoice a caller is asked to pay, and what an import changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ivr.bill import Bill
from ivr.money import Money
from ivr.store.database import sqlite_url
from ivr.store.errors import ImportBrokenOff
from ivr.store.invoices import Imported
from ivr.store.models import CallRow
from ivr.store.store import open_store
from pci.contract import ChargeState
from tests.unit.ledger import BILL, Ledger, open_ledger


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with open_ledger(tmp_path) as opened:
        yield opened


async def test_given_several_open_invoices_then_the_oldest_due_is_found_first_and_those_without_a_date_last(
    ledger: Ledger,
) -> None:
    bills = [
        Bill("7", "no-date", Money(100, "USD")),
        Bill("7", "later", Money(200, "USD"), date(2026, 12, 20)),
        Bill("7", "sooner", Money(300, "JPY"), date(2026, 12, 1), "+15550100177"),
    ]
    await ledger.store.invoices.put_bills(bills)
    found = await ledger.store.invoices.find_open_invoice("7")
    assert found is not None
    assert (found.account, found.reference, found.amount) == ("7", "sooner", Money(300, "JPY"))
    assert (found.due, found.mobile) == (date(2026, 12, 1), "+15550100177")


async def test_given_an_account_that_owes_nothing_then_nothing_is_found(ledger: Ledger) -> None:
    assert await ledger.store.invoices.find_open_invoice("no such account") is None


async def test_given_the_same_bills_again_then_nothing_changes(ledger: Ledger) -> None:
    assert await ledger.store.invoices.put_bills([BILL]) == Imported(unchanged=1)
    assert await ledger.store.invoices.find_open_invoice(BILL.account) == ledger.invoice


async def test_given_a_changed_bill_then_the_open_invoice_is_brought_up_to_date(ledger: Ledger) -> None:
    changed = replace(BILL, amount=Money(9900, "EUR"), due=None, mobile=None)
    assert await ledger.store.invoices.put_bills([changed]) == Imported(updated=1)
    found = await ledger.store.invoices.find_open_invoice(BILL.account)
    assert found is not None
    assert (found.id, found.amount, found.due, found.mobile) == (ledger.invoice.id, Money(9900, "EUR"), None, None)


async def test_given_a_paid_invoice_then_a_changed_bill_does_not_open_it_again(ledger: Ledger) -> None:
    await ledger.begin()
    await ledger.settle(ChargeState.APPROVED)
    assert await ledger.store.invoices.put_bills([replace(BILL, amount=Money(1, "USD"))]) == Imported(paid=1)
    assert await ledger.store.invoices.find_open_invoice(BILL.account) is None


@pytest.mark.parametrize("state", [ChargeState.PENDING, ChargeState.UNKNOWN, ChargeState.AUTHORIZED])
async def test_given_a_payment_under_way_or_held_then_its_invoice_stays_as_the_caller_heard_it(
    ledger: Ledger, state: ChargeState
) -> None:
    await ledger.begin()
    await ledger.settle(state)
    assert await ledger.store.invoices.put_bills([replace(BILL, amount=Money(1, "USD"))]) == Imported(being_paid=1)
    assert await ledger.store.invoices.find_open_invoice(BILL.account) == ledger.invoice


async def test_given_an_import_that_breaks_off_then_it_says_how_far_it_came_and_again_it_goes_on_from_there(
    ledger: Ledger,
) -> None:
    invoices = ledger.store.invoices
    bills = [Bill(f"8{number:03}", "INV-8", Money(100, "USD")) for number in range(300)]
    with pytest.raises(ImportBrokenOff, match="when 250 of 301 bills were imported"):
        await invoices.put_bills([*bills, Bill("8", "refused by the database", Money(0, "USD"))])
    assert await invoices.find_open_invoice("8249") is not None
    assert await invoices.find_open_invoice("8250") is None
    assert await invoices.put_bills(bills) == Imported(added=50, unchanged=250)


async def test_given_a_large_import_when_a_payment_begins_meanwhile_then_it_does_not_wait_for_the_end(
    ledger: Ledger, tmp_path: Path
) -> None:
    bills = [Bill(str(number), "INV-9", Money(100, "USD")) for number in range(2500)]
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as other, asyncio.TaskGroup() as tasks:
        importing = tasks.create_task(other.invoices.put_bills(bills))
        while await ledger.store.invoices.find_open_invoice("0") is None:
            await asyncio.sleep(0.01)
        await ledger.begin()
        assert await ledger.store.invoices.find_open_invoice("2499") is None
    assert importing.result() == Imported(added=2500)
    assert await ledger.state() is ChargeState.PENDING


async def test_given_a_call_then_its_start_and_its_first_end_are_recorded(ledger: Ledger) -> None:
    await ledger.store.calls.record_call_end("call-1", "paid")
    await ledger.store.calls.record_call_end("call-1", "reported twice")
    call = await ledger.store.database.read(lambda session: session.get_one(CallRow, "call-1"))
    assert (call.dialled, call.caller, call.flow, call.outcome) == ("1000", "+15550100999", "pay-invoice", "paid")
    assert (call.started, call.ended) == (ledger.clock(), ledger.clock())
