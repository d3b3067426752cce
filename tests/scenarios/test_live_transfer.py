"""A caller is sent to a person: rung, introduced, joined and parted, whoever goes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeCall
from tests.standins.live_ivr import LiveIvr, ends, heard, hears, live_ivr

pytestmark = pytest.mark.live
FLOW = """
flow: to-a-person
answers: ["1000"]
steps:
  agent:
    transfer: {{to: billing, mode: {mode}, ring: {ring}}}
    next: {{no-answer: bye, busy: bye, unavailable: bye}}
  bye:
    say: goodbye
"""


@pytest.fixture
async def cold(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with serving(tmp_path, "cold") as live:
        yield live


@pytest.fixture
async def warm(tmp_path: Path) -> AsyncIterator[LiveIvr]:
    async with serving(tmp_path, "warm") as live:
        yield live


def serving(folder: Path, mode: str, ring: str = "60s") -> AbstractAsyncContextManager[LiveIvr]:
    flow = folder / "flow.yaml"
    flow.write_text(FLOW.format(mode=mode, ring=ring), encoding="utf-8")
    return live_ivr(folder, flows=flow)


async def rung(live: LiveIvr) -> tuple[FakeCall, FakeCall]:
    """A caller, and the person whose phone rings."""
    live.asterisk.picks_up = False
    caller = live.dial()
    async with asyncio.timeout(10):
        await live.asterisk.until(lambda asterisk: len(asterisk.calls) == 2)
        (person,) = [call for call in live.asterisk.calls if call.channel_id != caller.channel_id]
        await caller.until(lambda call: call.hears_ringing)
    return caller, person


async def together(live: LiveIvr, caller: FakeCall, person: FakeCall) -> None:
    await live.log.tells("person_joined")
    assert caller.bridge_id == person.bridge_id is not None


async def released(live: LiveIvr) -> None:
    async with asyncio.timeout(10):
        await live.asterisk.until(lambda asterisk: not asterisk.calls and not asterisk.bridge_ids)


async def test_given_a_person_who_answers_then_both_talk_and_the_caller_goes_on_afterwards(cold: LiveIvr) -> None:
    caller, person = await rung(cold)
    assert person.shown_caller == "+15550100777"
    person.pick_up()
    await together(cold, caller, person)
    assert not caller.hears_ringing

    person.hang_up()

    await ends(caller)
    assert heard(caller) == ["connecting", "goodbye"]
    await cold.log.tells("step_done", step="agent", outcome="done")
    await released(cold)


async def test_given_a_caller_who_keys_something_while_they_talk_then_nobody_gets_it(cold: LiveIvr) -> None:
    caller, person = await rung(cold)
    person.pick_up()
    await together(cold, caller, person)
    caller.press("4111111111111111#")
    person.hang_up()
    await ends(caller)
    assert person.keys_heard == ""


async def test_given_a_caller_who_hangs_up_while_it_rings_then_it_rings_no_more(cold: LiveIvr) -> None:
    caller, person = await rung(cold)
    caller.hang_up()
    await ends(person)
    await released(cold)


async def test_given_a_caller_who_hangs_up_while_they_talk_then_the_person_is_released(cold: LiveIvr) -> None:
    caller, person = await rung(cold)
    person.pick_up()
    await together(cold, caller, person)
    caller.hang_up()
    await ends(person)
    await released(cold)


@pytest.mark.parametrize(("cause", "outcome"), [(17, "busy"), (21, "busy"), (19, "no-answer"), (20, "unavailable")])
async def test_given_a_phone_that_does_not_answer_then_the_caller_is_told(
    cold: LiveIvr, cause: int, outcome: str
) -> None:
    caller, person = await rung(cold)
    person.hang_up(cause)
    await ends(caller)
    assert heard(caller) == ["connecting", "nobody-free", "goodbye"]
    await cold.log.tells("step_done", step="agent", outcome=outcome)


async def test_given_a_phone_that_rings_too_long_then_it_is_left_and_the_caller_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path, "cold", ring="1s") as live:
        caller, person = await rung(live)
        await ends(caller)
        await ends(person)
        await live.log.tells("step_done", step="agent", outcome="no-answer")


async def test_given_a_warm_transfer_then_the_person_hears_first_and_takes_it_with_1(warm: LiveIvr) -> None:
    caller, person = await rung(warm)
    person.pick_up()
    await hears(person, "whisper-accept")
    assert heard(person) == ["whisper-caller", "whisper-accept"]
    assert person.bridge_id is None
    assert caller.hears_ringing

    person.press("1")

    await together(warm, caller, person)
    person.hang_up()
    await ends(caller)
    assert "whisper-caller" not in heard(caller)


def hangs_up(person: FakeCall) -> None:
    person.hang_up()


def presses_2_twice(person: FakeCall) -> None:
    person.press("2")


@pytest.mark.parametrize("does", [hangs_up, presses_2_twice])
async def test_given_a_person_who_does_not_take_it_then_the_caller_is_told(
    warm: LiveIvr, does: Callable[[FakeCall], None]
) -> None:
    caller, person = await rung(warm)
    person.pick_up()
    await hears(person, "whisper-caller")
    does(person)
    if does is presses_2_twice:
        await hears(person, "whisper-caller", 2)
        does(person)
    await ends(caller)
    await warm.log.tells("step_done", step="agent", outcome="no-answer")
    await released(warm)


async def test_given_a_connection_that_drops_while_they_talk_then_they_go_on_talking(cold: LiveIvr) -> None:
    caller, person = await rung(cold)
    person.pick_up()
    await together(cold, caller, person)
    cold.asterisk.drop_connections()
    await cold.log.tells("ari_connected", 2, app="ivr")
    await together(cold, caller, person)
    person.hang_up()
    await ends(caller)
    assert heard(caller) == ["connecting", "goodbye"]


async def test_given_a_call_with_a_person_then_no_number_of_the_caller_is_in_the_log(cold: LiveIvr) -> None:
    caller, person = await rung(cold)
    person.pick_up()
    await together(cold, caller, person)
    person.hang_up()
    await ends(caller)
    assert "5550100777" not in cold.log.text
