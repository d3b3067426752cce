"""Keys of a menu: which count, when they are complete, and how long they are waited for."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_ari import ChannelDtmfReceived, Gap, Playback, PlaybackFinished
from ivr.calls.keys import Heard, Interrupted, read_keys
from ivr.flow.call import Keys

PROMPT = "playback-1"
QUICK = Keys(most=10, first_digit_timeout=0.02, inter_digit_timeout=0.02)


def key(digit: str) -> Heard:
    return ChannelDtmfReceived("1.0", digit)


def finished(playback: str) -> Heard:
    return PlaybackFinished(Playback(playback, "channel:1.0", "done"))


class Listening:
    """Reads keys from events that are there already, and notes what it silenced."""

    def __init__(self, *events: Heard) -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.silenced: list[str] = []
        for event in events:
            self.heard.put_nowait(event)

    async def read(self, keys: Keys = QUICK, prompt: str | None = PROMPT) -> str:
        async def silence(playback: str) -> None:
            self.silenced.append(playback)

        return await read_keys(self.heard, keys, prompt, silence)


def pressed(text: str) -> list[Heard]:
    return [key(digit) for digit in text]


async def test_given_a_finishing_key_then_the_keys_before_it_are_the_answer() -> None:
    assert await Listening(*pressed("123#4")).read() == "123"


async def test_given_as_many_keys_as_may_be_then_no_more_are_waited_for() -> None:
    patient = Keys(most=1, first_digit_timeout=60, inter_digit_timeout=60)

    assert await Listening(*pressed("12")).read(patient) == "1"


async def test_given_no_finishing_key_then_every_key_counts() -> None:
    assert await Listening(*pressed("#")).read(Keys(most=1, finish_on_key="")) == "#"


async def test_given_a_key_during_the_prompt_then_the_prompt_is_silenced_once() -> None:
    listening = Listening(*pressed("12#"))

    assert await listening.read() == "12"
    assert listening.silenced == [PROMPT]


async def test_given_silence_after_the_prompt_then_the_answer_is_empty() -> None:
    listening = Listening(finished(PROMPT))

    assert await listening.read() == ""
    assert listening.silenced == []


async def test_given_no_prompt_then_the_time_runs_at_once() -> None:
    assert await Listening().read(prompt=None) == ""


async def test_given_silence_after_some_keys_then_they_are_the_answer_however_few() -> None:
    assert await Listening(finished(PROMPT), *pressed("12")).read(Keys(5, least=3, inter_digit_timeout=0.02)) == "12"


async def test_given_a_prompt_that_goes_on_then_nobody_is_hurried() -> None:
    listening = Listening()
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(listening.read())
        await asyncio.sleep(0.1)  # five times as long as a caller has after the prompt
        assert not answer.done()
        listening.heard.put_nowait(finished(PROMPT))

    assert answer.result() == ""


async def test_given_the_end_of_another_sound_then_the_time_does_not_run_yet() -> None:
    listening = Listening(finished("playback-0"))
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(listening.read())
        await asyncio.sleep(0.1)
        assert not answer.done()
        listening.heard.put_nowait(key("#"))


@pytest.mark.parametrize("over", [True, False])
async def test_given_a_gap_then_no_key_before_or_after_it_is_an_answer(over: bool) -> None:
    with pytest.raises(Interrupted) as caught:
        await Listening(*pressed("12"), Gap(over=over), *pressed("3#")).read()

    assert caught.value.over is over


@given(st.text("0123456789*#", max_size=20), st.integers(1, 12), st.sampled_from(["#", "*", ""]))
def test_given_any_keys_then_the_answer_is_what_was_pressed_up_to_the_first_end(
    text: str, most: int, finish: str
) -> None:
    keys = Keys(most=most, finish_on_key=finish, first_digit_timeout=0.001, inter_digit_timeout=0.001)
    expected = (text.split(finish)[0] if finish else text)[:most]

    assert asyncio.run(Listening(finished(PROMPT), *pressed(text)).read(keys)) == expected
