"""The states of a payment only ever move up, in whatever order, and however often, the card side reports them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from pci.contract import ChargeState
from tests.unit.ledger import BILL, Ledger, open_ledger

OPEN = (ChargeState.PENDING, ChargeState.UNKNOWN)
CLOSED = (ChargeState.APPROVED, ChargeState.NOT_CHARGED)  # what an amount that the bank holds can come to
Reports = Sequence[tuple[ChargeState, bool]]  # a state, and whether the caller is there to hear it
histories: st.SearchStrategy[list[Reports]] = st.lists(
    st.lists(st.tuples(st.sampled_from(ChargeState), st.booleans()), max_size=8), min_size=4, max_size=8
)


def after(before: ChargeState, reported: ChargeState) -> ChargeState:
    """The state that a report leads to."""
    if before is ChargeState.AUTHORIZED and reported in CLOSED:
        return reported
    return reported if before in OPEN and reported is not ChargeState.PENDING else before


@settings(max_examples=10, deadline=None)
@given(histories=histories)
async def test_given_any_reports_in_any_order_then_a_final_one_stays_but_for_what_is_held(
    histories: Sequence[Reports],
) -> None:
    with TemporaryDirectory() as folder:
        async with open_ledger(Path(folder)) as ledger:
            for number, reports in enumerate(histories):
                bill = replace(BILL, account=f"{number}")
                await ledger.store.invoices.put_bills([bill])
                invoice = await ledger.store.invoices.find_open_invoice(bill.account)
                assert invoice is not None
                await play(replace(ledger, invoice=invoice), f"charge-{number}", reports)


async def play(ledger: Ledger, charge_id: str, reports: Reports) -> None:
    await ledger.begin(charge_id)
    before, texts, news = ChargeState.PENDING, len(await ledger.texts()), 0
    for reported, caller_hears in reports:
        await ledger.settle(reported, charge_id, caller_hears=caller_hears)
        now = await ledger.state(charge_id)
        assert now is after(before, reported)
        news += now.final and now is not before
        before = now
    assert await ledger.paid() == (before is ChargeState.APPROVED)
    told = len(await ledger.texts()) - texts
    assert told <= news
    assert told >= 1 or before not in (ChargeState.APPROVED, ChargeState.AUTHORIZED)
