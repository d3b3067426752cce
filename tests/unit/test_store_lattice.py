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

RANK = {ChargeState.PENDING: 0, ChargeState.UNKNOWN: 1}
Reports = Sequence[tuple[ChargeState, bool]]  # a state, and whether the caller is there to hear it
histories: st.SearchStrategy[list[Reports]] = st.lists(
    st.lists(st.tuples(st.sampled_from(ChargeState), st.booleans()), max_size=8), min_size=4, max_size=8
)


def rank(state: ChargeState) -> int:
    return RANK.get(state, 2)


@settings(max_examples=10, deadline=None)
@given(histories=histories)
async def test_given_any_reports_in_any_order_then_the_first_final_one_stays(histories: Sequence[Reports]) -> None:
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
    before, texts = ChargeState.PENDING, len(await ledger.texts())
    for reported, caller_hears in reports:
        await ledger.settle(reported, charge_id, caller_hears=caller_hears)
        now = await ledger.state(charge_id)
        assert rank(now) >= rank(before)
        assert now is before or not before.final
        before = now
    final = [state for state, _ in reports if state.final]
    assert before is (final[0] if final else max((state for state, _ in reports), key=rank, default=before))
    assert await ledger.paid() == (before is ChargeState.APPROVED)
    assert len(await ledger.texts()) - texts <= (1 if final else 0)
    assert len(await ledger.texts()) - texts == 1 or before is not ChargeState.APPROVED
