"""A caller's line: nobody waits for the end of a sound that Asterisk has lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from asterisk_ari import AriApp, ChannelDtmfReceived
from asterisk_ari.fake import FakeAsterisk
from ivr.calls.line import Line
from ivr.calls.listening import listen
from ivr.flow.keys import Keys

HELLO = ["sound:hello"]
QUICK = Keys(most=1, first_digit_timeout=0.02, inter_digit_timeout=0.02)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.calls.line._LOST_AFTER_SECONDS", 0.1)
    monkeypatch.setattr("asterisk_ari.fake.parts.LETTING_GO_SECONDS", 5.0)  # however busy the machine is


@asynccontextmanager
async def call(asterisk: FakeAsterisk) -> AsyncIterator[Line]:
    """A line that is listened to, as in every call."""
    async with AriApp.open(asterisk.login("ivr"), "ivr") as app, asyncio.timeout(10):
        channel = asterisk.dial("1000").channel_id
        line = Line(app.asterisk, channel)
        with app.watch(channel) as events:
            async with asyncio.TaskGroup() as tasks:
                listener = tasks.create_task(listen(line, events))
                await line.answer()
                yield line
                listener.cancel()


async def next_sound_is_lost(line: Line) -> None:
    """A real Asterisk loses some of those that it is told to play while a destroyed bridge lets the channel go."""
    bridge = await line.asterisk.create_bridge()
    await line.asterisk.add_channel(bridge.id, line.channel_id)
    await line.asterisk.destroy_bridge(bridge.id)


@pytest.fixture
async def asterisk() -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk.open() as opened:
        yield opened


async def test_given_a_sound_that_is_lost_then_what_is_said_is_over_after_a_while(asterisk: FakeAsterisk) -> None:
    with capture_logs() as log:
        async with call(asterisk) as line:
            await next_sound_is_lost(line)
            await line.say(HELLO)
    assert [told["event"] for told in log if "sound" in told["event"]] == ["sound_lost"]


async def test_given_a_question_that_is_lost_then_its_time_out_begins_all_the_same(asterisk: FakeAsterisk) -> None:
    async with call(asterisk) as line:
        await next_sound_is_lost(line)
        assert await line.ask(HELLO, lambda: HELLO, QUICK) == ""


async def test_given_the_pound_key_a_moment_after_a_full_number_then_it_is_no_answer_to_the_next_question(
    asterisk: FakeAsterisk,
) -> None:
    async with call(asterisk) as line:

        async def caller() -> None:
            for key in "100044":
                line.hear(ChannelDtmfReceived(line.channel_id, key))
            await asyncio.sleep(0.1)
            line.hear(ChannelDtmfReceived(line.channel_id, "#"))

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(caller())
            assert await line.ask([], lambda: [], Keys(most=6, least=6)) == "100044"
            assert await line.ask([], lambda: [], replace(QUICK, finish_on_key="", first_digit_timeout=0.3)) == ""


async def test_given_sounds_that_are_heard_whole_then_none_is_taken_for_lost(asterisk: FakeAsterisk) -> None:
    asterisk.seconds_per_sound = 0.3
    with capture_logs() as log:
        async with call(asterisk) as line:
            await line.say(HELLO * 2)
            await line.say_elsewhere(HELLO)
            await asyncio.sleep(0.3)
    assert [told for told in log if told["event"] == "sound_lost"] == []
