"""The trace of a live call: what is kept of it, and that it goes the same way when it is replayed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from ivr.trace.comparing import replay
from ivr.trace.trace import Trace, read
from tests.flow_play import flow_of
from tests.standins.live_ivr import ends, live_ivr
from tests.unit.traced import PAY_INVOICE

pytestmark = pytest.mark.live
KEYED = ("1000442", "4111111111111111", "1230", "+15550100")


async def kept(folder: Path) -> tuple[str, Trace]:
    """The one trace in the ledger of a call side that has stopped."""
    async with open_store(sqlite_url(folder / "ivr.db")) as store:
        (call,) = await store.traces.latest_calls(5)
        text = await store.traces.find(call.id)
    assert text is not None
    return text, read(text, call.id)


async def goes_the_same_way(trace: Trace) -> bool:
    """With the flow as it was."""
    return (await asyncio.to_thread(replay, trace, flow_of(PAY_INVOICE))).same


async def test_given_a_payment_then_its_trace_has_the_card_side_and_the_charge_and_not_one_digit(
    tmp_path: Path,
) -> None:
    async with live_ivr(tmp_path) as live:
        call = await live.to_confirmation()
        call.press("1")
        await ends(call)
        await live.log.tells("call_ended")
    text, trace = await kept(tmp_path)

    assert [digits for digits in KEYED if digits in text] == []
    told = [str(event) for event in trace.events]
    for line in ("payment-card-number •••••••••••••••• accepted", "card: success, visa", "125.40 USD: approved"):
        assert line in told
    assert trace.ended == "completed"
    assert [event.at for event in trace.events] == sorted(event.at for event in trace.events)
    assert await goes_the_same_way(trace)


async def test_given_a_caller_who_hangs_up_in_the_card_number_then_the_trace_says_where_and_after_how_many_keys(
    tmp_path: Path,
) -> None:
    async with live_ivr(tmp_path) as live:
        call = await live.to_card_line()
        call.press("41111")
        await live.log.tells("capture_progress", entered=5)
        call.hang_up()
        await live.log.tells("call_ended", outcome="caller-hung-up")
    text, trace = await kept(tmp_path)

    assert "41111" not in text
    assert "payment-card-number ••••• entering" in [str(event) for event in trace.events]
    assert (trace.visits[-1].step.step, trace.visits[-1].cut_off) == ("pay", True)
    assert await goes_the_same_way(trace)


async def test_given_a_caller_who_hangs_up_at_a_question_then_the_call_goes_the_same_way_again(
    tmp_path: Path,
) -> None:
    async with live_ivr(tmp_path) as live:
        call = await live.to_menu()
        call.hang_up()
        await live.log.tells("call_ended", outcome="caller-hung-up")
    _, trace = await kept(tmp_path)

    assert (trace.visits[-1].step.step, trace.visits[-1].cut_off) == ("offer", True)
    assert await goes_the_same_way(trace)


async def test_given_days_of_0_then_no_trace_is_kept(tmp_path: Path) -> None:
    async with live_ivr(tmp_path, trace_days=0) as live:
        call = await live.to_menu()
        call.press("9")
        await live.log.tells("call_ended")
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as store:
        assert [call.traced for call in await store.traces.latest_calls(5)] == [False]
