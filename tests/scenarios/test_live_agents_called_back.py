"""A caller whom nobody has time for keeps their place, hangs up, and is called by an agent when it is their turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asterisk_ari.fake import FakeCall
from ivr.agents import callbacks
from ivr.agents.view import Notice, Stage, Status
from ivr.store.places import Place
from tests.conformance.agents.benches import at, sees, turned
from tests.standins.live_desk import FLOW, LiveAgents, live_agents, ready, released
from tests.standins.live_ivr import ends, heard, hears

pytestmark = pytest.mark.live
NUMBER = "+15550100777"
LINE = f"{NUMBER}@trunk"
KEEPS_PLACE = FLOW.replace("say: office-closed", "callback: {queue: billing, reason: billing}").replace(
    "next: {done: end}", "next: {noted: bye, failed: bye, unavailable: bye}"
)
MAY_LEAVE = KEEPS_PLACE.replace("ring: 60s}", "ring: 60s, callback_key: 1}").replace(
    "{done: bye, no", "{done: bye, callback: closed, no"
)


@pytest.fixture
async def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveAgents]:
    monkeypatch.setattr(callbacks, "LOOK_SECONDS", 0.1)
    async with live_agents(tmp_path, KEEPS_PLACE) as opened:
        yield opened


async def asks(live: LiveAgents, caller: str = NUMBER, account: str = "1000442") -> FakeCall:
    """A caller who has said which account it is about, and asks for somebody."""
    call = live.ivr.asterisk.dial("1000", caller=caller)
    await hears(call, "enter-account")
    call.press(f"{account}#")
    return call


async def keeps_place(live: LiveAgents, caller: str = NUMBER, account: str = "1000442") -> FakeCall:
    """A caller who finds nobody at work asks to be called back, and hangs up."""
    call = await asks(live, caller, account)
    await hears(call, "callback-number-right")
    call.press("1")
    await ends(call)
    assert heard(call)[-2:] == ["callback-any-time", "goodbye"]
    return call


async def kept(live: LiveAgents) -> list[Place]:
    return list(await live.desk.floor.equipment.store.places.kept())


async def nobody_is_kept(live: LiveAgents) -> None:
    async with asyncio.timeout(30):
        while await kept(live):
            await asyncio.sleep(0.05)


async def test_given_a_place_that_was_kept_when_an_agent_is_free_then_they_are_called_and_talk(
    live: LiveAgents,
) -> None:
    await keeps_place(live)
    await live.ivr.asterisk.until(lambda asterisk: not asterisk.calls)
    async with asyncio.timeout(30):
        while not any(queue.called_back for queue in live.desk.floor.board.wall().queues):
            await asyncio.sleep(0.05)

    await ready(live.desk, "anna")

    phone = await live.rings("anna")
    view = await sees(live.desk, "anna", at(Stage.RINGING))
    assert view.call is not None
    assert (view.call.called_back, view.call.number, view.call.queue) == (True, NUMBER, "billing")
    assert dict(view.call.context)["account_number"] == "1000442"
    assert len(live.ivr.asterisk.calls) == 1  # nobody is called before the agent has picked up
    await live.desk.accept("anna")
    phone.pick_up()
    (await live.rings(LINE)).pick_up()
    await sees(live.desk, "anna", at(Stage.TALKING))
    await nobody_is_kept(live)
    assert await live.desk.floor.equipment.store.requests.waiting_callbacks() == []

    await live.desk.hang_up("anna")

    await released(live)
    await sees(live.desk, "anna", turned(Status.WRAP_UP))


async def test_given_an_agent_who_lets_another_have_it_then_that_one_calls_and_no_try_is_lost(
    live: LiveAgents,
) -> None:
    await keeps_place(live)
    await ready(live.desk, "ben", "anna")
    await live.rings("ben")

    await live.desk.decline("ben")

    await live.rings("anna")
    (place,) = await kept(live)
    assert place.tries == 0


async def test_given_an_agent_whose_phone_cannot_be_rung_then_the_next_one_calls_and_no_try_is_lost(
    live: LiveAgents,
) -> None:
    await keeps_place(live)
    await ready(live.desk, "ben", "anna")

    (await live.rings("ben")).hang_up(20)

    view = await sees(live.desk, "ben", turned(Status.BUSY))
    assert view.notice is Notice.PHONE_UNREACHABLE
    await live.rings("anna")
    (place,) = await kept(live)
    assert place.tries == 0


async def test_given_somebody_who_does_not_answer_then_they_keep_their_place_and_are_called_later(
    live: LiveAgents,
) -> None:
    await keeps_place(live)
    (before,) = await kept(live)
    await ready(live.desk, "anna")
    (await live.rings("anna")).pick_up()
    (await live.rings(LINE)).hang_up(19)

    view = await sees(live.desk, "anna", at(Stage.ENDED))

    assert view.notice is Notice.OTHER_END_SILENT
    (place,) = await kept(live)
    assert (place.tries, place.since) == (1, before.since)
    assert place.due is not None
    assert place.due > live.desk.floor.board.clock() + timedelta(minutes=5)


async def test_given_as_many_tries_as_there_are_then_a_person_sees_to_it(live: LiveAgents) -> None:
    await keeps_place(live)
    places, requests = live.desk.floor.equipment.store.places, live.desk.floor.equipment.store.requests
    (place,) = await kept(live)
    for _ in range(3):
        assert await places.begin_try(place.id, place.since)
    await nobody_is_kept(live)
    (left,) = await requests.waiting_callbacks()
    assert left.number == NUMBER


async def test_given_a_number_that_agents_may_not_call_then_it_is_never_called_and_a_person_sees_to_it(
    live: LiveAgents,
) -> None:
    await ready(live.desk, "anna")
    await live.desk.set_status("anna", Status.SIGNED_OFF)
    await keeps_place(live, "+442079460000")
    await nobody_is_kept(live)
    await ready(live.desk, "anna")
    (left,) = await live.desk.floor.equipment.store.requests.waiting_callbacks()
    assert left.number == "+442079460000"
    assert (await sees(live.desk, "anna", turned(Status.READY))).call is None


async def test_given_two_callers_of_one_number_about_two_accounts_then_each_has_a_place(live: LiveAgents) -> None:
    for account in ("1000442", "2000817", "2000817"):
        await keeps_place(live, account=account)

    assert [dict(place.context)["account_number"] for place in await kept(live)] == ["1000442", "2000817"]


async def test_given_a_restart_then_the_place_is_kept_and_they_are_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "LOOK_SECONDS", 0.1)
    async with live_agents(tmp_path, KEEPS_PLACE) as live:
        await keeps_place(live)
        (before,) = await kept(live)

    async with live_agents(tmp_path, KEEPS_PLACE) as live:
        assert await kept(live) == [before]
        await ready(live.desk, "anna")
        (await live.rings("anna")).pick_up()
        (await live.rings(LINE)).pick_up()
        await sees(live.desk, "anna", at(Stage.TALKING))
        await nobody_is_kept(live)
        (await live.rings(LINE)).hang_up()
        await released(live)


async def test_given_a_callback_that_fails_unexpectedly_then_no_call_ends_and_it_is_tried_again(
    live: LiveAgents, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, failed = callbacks.Callback.run, asyncio.Event()

    async def fails_once(callback: callbacks.Callback) -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError
        await run(callback)

    monkeypatch.setattr(callbacks.Callback, "run", fails_once)
    await keeps_place(live)
    await failed.wait()

    await ready(live.desk, "anna")

    (await live.rings("anna")).pick_up()
    (await live.rings(LINE)).pick_up()
    await sees(live.desk, "anna", at(Stage.TALKING))


async def test_given_a_callback_that_is_withdrawn_just_before_its_agents_phone_rings_then_the_agent_is_ready_again(
    live: LiveAgents, monkeypatch: pytest.MonkeyPatch
) -> None:
    records, writes, written = live.desk.floor.records, asyncio.Event(), asyncio.Event()
    begin = records.begin

    async def slowly(*what: Any, **more: Any) -> int:
        writes.set()
        await written.wait()
        return await begin(*what, **more)

    await keeps_place(live)
    (place,) = await kept(live)
    monkeypatch.setattr(records, "begin", slowly)
    await ready(live.desk, "anna")
    await writes.wait()

    await live.desk.floor.equipment.store.requests.callback_done(place.id)  # a person has called them meanwhile

    view = await sees(live.desk, "anna", turned(Status.READY))
    assert view.call is None
    written.set()
    async with asyncio.timeout(30):
        while await live.desk.floor.equipment.store.agent_calls.living():
            await asyncio.sleep(0.05)
    assert not live.ivr.asterisk.calls


async def test_given_a_caller_who_waits_when_they_press_the_key_that_they_hear_then_they_keep_their_place(
    tmp_path: Path,
) -> None:
    async with live_agents(tmp_path, MAY_LEAVE) as live:
        await live.desk.sign_on("anna", "Anna")
        call = await asks(live)
        await hears(call, "hold")
        words = heard(call)
        assert words[words.index("callback-key") :][:3] == ["callback-key", "digit-1", "hold"]

        call.press("71")

        await hears(call, "callback-number-right")
        call.press("1")
        await ends(call)
        assert "nobody-free" not in heard(call)
        (place,) = await kept(live)
        assert (place.queue, place.number, dict(place.context)["account_number"]) == ("billing", NUMBER, "1000442")


async def test_given_a_key_that_is_pressed_while_a_phone_rings_then_it_counts_once_that_agent_has_declined(
    tmp_path: Path,
) -> None:
    async with live_agents(tmp_path, MAY_LEAVE) as live:
        await ready(live.desk, "anna")
        call = await asks(live)
        await live.rings("anna")
        call.press("1")

        await live.desk.decline("anna")

        await hears(call, "callback-number-right")
        assert (await sees(live.desk, "anna", turned(Status.READY))).call is None
