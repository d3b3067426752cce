"""The order that a charge pays is named after the bill itself, so that the card side knows it again for ever."""

from __future__ import annotations

from pathlib import Path

from ivr.bill import Bill
from ivr.calls.charging import Attempt
from ivr.flow.call import Due, Invoice, StoredCard
from ivr.money import Money
from ivr.store.payments import Intent
from pci.contract import Brand
from tests.unit.ledger import BILL, CARD, open_ledger

OTHER = Bill("204864", "INV-1108", Money(9900, "USD"))


async def orders(folder: Path, *bills: Bill) -> dict[str, str]:
    """The order of each bill, in a ledger that was filled in this sequence."""
    folder.mkdir()
    async with open_ledger(folder, bills[0]) as ledger:
        await ledger.store.invoices.put_bills(bills)
        found = [await ledger.store.invoices.find_open_invoice(bill.account) for bill in bills]
        return {
            it.reference: Attempt(Intent("charge-1", "call-1", Due(it), CARD)).request().order_id
            for it in found
            if it
        }


async def test_given_a_ledger_that_was_made_anew_then_a_bill_that_was_paid_cannot_be_paid_as_another_order(
    tmp_path: Path,
) -> None:
    """Numbered by the ledger, the paid bill would be charged again and the other one never."""
    before, after = await orders(tmp_path / "1", BILL, OTHER), await orders(tmp_path / "2", OTHER, BILL)
    assert before == after
    assert before[BILL.reference] != before[OTHER.reference]


def test_given_a_card_that_is_kept_then_it_is_charged_by_its_token_and_held_where_only_that_was_confirmed() -> None:
    due = Due(Invoice(1, "204863", "INV-1", Money(100, "USD")), Money(5, "USD"), "authorize")
    kept = Attempt(Intent("charge-1", "call-1", due, StoredCard("token-1", Brand.VISA, "1111"))).request()
    keyed = Attempt(Intent("charge-1", "call-1", due, CARD)).request()
    assert (kept.token, kept.capture_id, kept.action, kept.amount) == ("token-1", None, "authorize", 105)
    assert (keyed.token, keyed.capture_id) == (None, CARD.capture_id)


async def test_given_bills_whose_account_and_reference_read_the_same_in_a_row_then_they_are_two_orders(
    tmp_path: Path,
) -> None:
    first, second = Bill("12", "34", BILL.amount), Bill("123", "4", BILL.amount)
    names = await orders(tmp_path / "1", first, second)
    assert names["34"] != names["4"]
