"""What a live call looks up: what came from an API is in the ledger, and a failure is logged without the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from ivr.apis.errors import ApiTooSlow
from ivr.apis.memory import MemoryApis
from ivr.bill import Bill
from ivr.calls.lookups import Lookups, PaidAlready, SeveralBills
from ivr.flow.answer import Json
from ivr.flow.call import Found, Invoice, LookupFailed
from ivr.money import Money
from ivr.store.models import OutboxKind
from pci.contract import ChargeState
from tests.unit.ledger import BILL, Ledger, open_ledger

SECRET = "nobody reads this in a log"
CHANGED = Bill(BILL.account, BILL.reference, Money(9900, "USD"))


def lookups(ledger: Ledger, ways: tuple[OutboxKind, ...] = tuple(OutboxKind)) -> Lookups:
    apis = MemoryApis({"crm": {"/7": f'{{"note": "{SECRET}"}}'}})
    apis.faults["slow"] = ApiTooSlow()
    return Lookups(ledger.store.invoices, apis, ways)


async def owed(asking: Lookups, bill: Bill) -> Invoice | None:
    """The invoice after the API told of this bill."""
    learned = await asking.ask_api("crm", "/7", lambda answer: Found(bill))
    return learned.invoice if learned else None


async def test_given_a_bill_from_elsewhere_then_it_is_in_the_ledger_and_can_be_found_there(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        invoice = await owed(lookups(ledger), Bill("7", "INV-7", Money(500, "EUR"), email="ada@example.com"))
        assert invoice is not None
        assert invoice == await ledger.store.invoices.find_open_invoice("7")
        assert (invoice.reference, invoice.amount, invoice.email) == ("INV-7", Money(500, "EUR"), "ada@example.com")


async def test_given_the_same_bill_with_another_amount_then_the_ledger_has_the_new_one(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        invoice = await owed(lookups(ledger), CHANGED)
        assert invoice is not None
        assert (invoice.id, invoice.amount) == (ledger.invoice.id, CHANGED.amount)


@pytest.mark.parametrize(
    ("name", "amount", "account", "found"),
    [
        (BILL.account, BILL.amount, "", BILL.reference),
        (BILL.reference, BILL.amount, "", BILL.reference),
        ("INV-2000", Money(700, "USD"), "", "INV-2000"),
        (BILL.account, Money(700, "USD"), "", "INV-2000"),
        ("INV-2000", BILL.amount, "", ""),
        ("INV-2000", Money(700, "EUR"), "", ""),
        ("JANUARY", Money(900, "USD"), "9", "JANUARY"),
        ("nothing", BILL.amount, BILL.account, ""),
    ],
)
async def test_a_bill_is_meant_by_its_account_or_its_number_and_just_its_amount(
    tmp_path: Path, name: str, amount: Money, account: str, found: str
) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.store.invoices.put_bills(
            [
                Bill(BILL.account, "INV-2000", Money(700, "USD")),
                Bill("8", "JANUARY", Money(900, "USD")),
                Bill("9", "JANUARY", Money(900, "USD")),
            ]
        )
        bill = await lookups(ledger).bill_meant(name, amount, account)
        assert (bill.reference if bill else "") == found
        assert bill is None or not account or bill.account == account


async def test_given_a_number_that_bills_of_several_accounts_have_then_none_is_made_up(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        twice = [Bill(account, "JANUARY", BILL.amount) for account in ("8", BILL.account)]
        await ledger.store.invoices.put_bills(twice)
        with pytest.raises(SeveralBills):
            await lookups(ledger).bill_meant("JANUARY", BILL.amount)


async def test_given_the_number_of_a_bill_that_is_paid_then_it_is_not_paid_again_nor_is_that_of_somebody_else(
    tmp_path: Path,
) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.begin()
        await ledger.settle(ChargeState.APPROVED)
        with pytest.raises(PaidAlready):
            await lookups(ledger).bill_meant(BILL.reference, BILL.amount)
        await ledger.store.invoices.put_bills([Bill("8", BILL.reference, BILL.amount)])
        with pytest.raises(PaidAlready):
            await lookups(ledger).bill_meant(BILL.reference, BILL.amount, BILL.account)
        with pytest.raises(SeveralBills):
            await lookups(ledger).bill_meant(BILL.reference, BILL.amount)


async def test_given_an_account_whose_bill_is_paid_then_more_may_be_paid_for_it(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.begin()
        await ledger.settle(ChargeState.APPROVED)
        assert await lookups(ledger).bill_meant(BILL.account, BILL.amount) is None


async def test_given_a_bill_that_is_paid_here_then_it_is_not_owed_whatever_the_api_says(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.begin()
        await ledger.settle(ChargeState.APPROVED)
        assert await lookups(ledger).ask_api("crm", "/7", lambda answer: Found(BILL)) is None


async def test_given_a_bill_that_is_being_paid_then_it_stays_as_its_payer_heard_it(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        await ledger.begin()
        invoice = await owed(lookups(ledger), CHANGED)
        assert invoice is not None
        assert invoice.amount == BILL.amount


async def test_given_no_gateway_then_no_address_is_known_to_the_flow(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        bill = Bill("7", "A", Money(1, "USD"), None, "+15550100123", "ada@example.com")
        invoice = await owed(lookups(ledger, ways=()), bill)
        assert invoice is not None
        assert (invoice.mobile, invoice.email) == (None, None)


async def test_given_values_without_a_bill_then_the_ledger_is_not_asked(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ledger:
        learned = await lookups(ledger).ask_api("crm", "/7", lambda answer: Found(own={"vip": True}))
        assert learned is not None
        assert (learned.invoice, learned.own) == (None, {"vip": True})


def refuse(_answer: Json) -> Found | None:
    raise ValueError("there is no currency")


@pytest.mark.parametrize(
    ("api", "reason"),
    [
        ("slow", "The whole answer did not arrive in time."),
        ("crm", "The answer does not fit the flow: there is no currency."),
    ],
)
async def test_given_a_lookup_that_fails_then_the_log_says_which_api_and_why_and_nothing_of_the_answer(
    tmp_path: Path, api: str, reason: str
) -> None:
    async with open_ledger(tmp_path) as ledger:
        with structlog.testing.capture_logs() as lines, pytest.raises(LookupFailed) as caught:
            await lookups(ledger).ask_api(api, "/7", refuse)
    (line,) = [line for line in lines if line["event"] == "lookup_failed"]
    assert (line["api"], line["reason"]) == (api, reason)
    assert SECRET not in str(lines) + repr(caught.value)
