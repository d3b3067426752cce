"""Calls that come at a bad time, to a wrong number or back from nowhere; and how taking calls begins and ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from asterisk_ari import ApplicationTaken, AriApp, Asterisk
from asterisk_ari.fake import FakeAsterisk
from ivr import app, config
from tests.standins.live_ivr import (
    LOGINS,
    LiveIvr,
    Log,
    ends,
    gate_before,
    heard,
    hears,
    live_ivr,
    logging_to,
    serving,
    write_settings,
)

pytestmark = pytest.mark.live

CONGESTION, UNALLOCATED = 34, 1


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with live_ivr(tmp_path) as live:
        yield live


async def test_given_a_number_that_no_flow_answers_then_the_call_is_refused_as_unallocated(live: LiveIvr) -> None:
    call = live.dial("2000")
    await ends(call)

    assert call.cause == UNALLOCATED
    assert not call.answered
    assert live.log.events("call_refused", reason="unallocated", dialled="2000")


async def test_given_as_many_calls_as_may_be_then_one_more_hears_congestion_until_one_ends(tmp_path: Path) -> None:
    async with live_ivr(tmp_path, max_calls=2) as live:
        first, second = await live.to_menu(), await live.to_menu()
        third = live.dial()
        await ends(third)
        assert third.cause == CONGESTION
        assert not first.ended
        assert not second.ended

        first.hang_up()
        await live.log.tells("call_ended")
        await live.to_menu()


async def test_given_a_call_that_the_card_side_gives_back_and_nobody_knows_then_it_is_ended(live: LiveIvr) -> None:
    call = live.asterisk.dial("1000", app="pci")
    async with Asterisk.open(live.asterisk.login("pci")) as asterisk:
        await asterisk.move(call.channel_id, "ivr", ["back", "capture-9"])
    await ends(call)

    assert heard(call) == []
    assert live.log.events("call_refused", reason="normal")


async def test_given_a_call_that_an_earlier_run_left_behind_then_it_begins_anew(tmp_path: Path) -> None:
    async with (
        logging_to(Log()) as log,
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, tmp_path),
    ):
        async with AriApp.open(asterisk.login("gate"), "ivr") as crashed:
            call = asterisk.dial("1000")
            await crashed.asterisk.answer(call.channel_id)
        async with serving(config.load(await write_settings(tmp_path)), log):
            await hears(call, "enter-account")


async def test_given_calls_in_progress_when_told_to_stop_then_they_hear_goodbye_and_new_ones_are_refused(
    tmp_path: Path,
) -> None:
    async with live_ivr(tmp_path, stop_grace=0.3) as live:
        call, at_card_line = await live.to_menu(), await live.to_card_line("2000817")
        live.stop.set()
        await live.log.tells("stopping")
        late = live.dial()
        await ends(late)
        assert late.cause == CONGESTION

        await ends(call)
        await ends(at_card_line)
        assert heard(call)[-1] == "goodbye"
        assert heard(at_card_line)[-1] == "card-number"
        await live.log.tells("stopped")
        assert {line["outcome"] for line in live.log.events("call_ended")} == {"closed"}


async def test_given_a_call_that_ends_in_time_when_told_to_stop_then_it_is_not_cut_short(tmp_path: Path) -> None:
    async with live_ivr(tmp_path, stop_grace=30) as live:
        call = await live.to_menu()
        live.stop.set()
        await live.log.tells("stopping")
        call.press("9")

        await live.log.tells("stopped")
        assert live.log.events("call_ended", outcome="completed")


async def test_given_a_charge_under_way_when_told_to_stop_then_it_is_seen_through_before_the_end(
    tmp_path: Path,
) -> None:
    async with live_ivr(tmp_path, stop_grace=0) as live:
        live.card_side.may_answer.clear()
        call = await live.to_confirmation()
        call.press("1")
        async with asyncio.timeout(5):
            await live.card_side.charge_asked.wait()
        live.stop.set()
        await ends(call)
        assert heard(call)[-1] == "payment-unknown"
        live.card_side.may_answer.set()

        await live.log.tells("stopped")
        assert await live.payments() == ["approved"]


async def test_given_another_ivr_that_takes_the_application_then_this_one_ends_with_an_error(tmp_path: Path) -> None:
    async with (
        logging_to(Log()) as log,
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, tmp_path),
    ):
        settings = config.load(await write_settings(tmp_path))
        with pytest.RaisesGroup(ApplicationTaken, flatten_subgroups=True):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(app.serve(settings, asyncio.Event()))
                await log.tells("ready")
                async with AriApp.open(asterisk.login("gate"), "ivr"):
                    await log.tells("ari_application_taken")


async def test_given_no_asterisk_then_it_says_what_to_check_and_waits_until_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_PATIENCE", (0.2, 0.2))
    async with (
        logging_to(Log()) as log,
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, tmp_path),
    ):
        asterisk.unreachable = True
        settings, stop = config.load(await write_settings(tmp_path)), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(app.serve(settings, stop))
            line = await log.tells("asterisk_unreachable", times=2)
            assert "the gate and Asterisk" in line["advice"]
            asterisk.unreachable = False
            await log.tells("ready")
            stop.set()


async def test_given_no_asterisk_when_told_to_stop_then_it_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_PATIENCE", (0.1, 0.1))
    async with (
        logging_to(Log()) as log,
        FakeAsterisk.open(LOGINS) as asterisk,
        gate_before(asterisk, tmp_path),
    ):
        asterisk.unreachable = True
        settings, stop = config.load(await write_settings(tmp_path)), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(app.serve(settings, stop))
            await log.tells("asterisk_unreachable")
            stop.set()

    assert not log.events("ready")
