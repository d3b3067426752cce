"""Keys of a menu: which count, when they are complete, and how long they are waited for."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_ari import Gap
from ivr.calls.keys import Interrupted
from ivr.flow.keys import Keys
from tests.unit.questions import PROMPT, Listening, finished, key, pressed


async def test_given_a_finishing_key_then_the_keys_before_it_are_the_answer() -> None:
    assert await Listening(*pressed("123#4")).read() == "123"


async def test_given_as_many_keys_as_may_be_then_no_more_are_waited_for() -> None:
    patient = Keys(most=2, finish_on_key="", first_digit_timeout=60, inter_digit_timeout=60)

    assert await Listening(*pressed("123")).read(patient) == "12"


async def test_given_the_finishing_key_after_a_full_answer_then_it_belongs_to_it() -> None:
    caller = Listening(*pressed("1234#"))

    assert await caller.read(Keys(most=4)) == "1234"
    assert caller.heard.empty()


async def test_given_a_full_answer_and_no_finishing_key_then_it_is_not_waited_for_as_long_as_for_more_digits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ivr.flow.keys._FINISHING_SECONDS", 0.02)

    async with asyncio.timeout(30):
        assert await Listening(*pressed("1234")).read(Keys(most=4, inter_digit_timeout=60)) == "1234"


async def test_given_one_key_too_many_then_the_answer_is_wrong_and_that_key_is_not_kept() -> None:
    assert await Listening(*pressed("411111111111")).read(Keys(most=11)) == "41111111111*"


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
    before = text.split(finish)[0] if finish else text
    expected = before[:most] + "*" * (len(before) > most and finish != "")

    assert asyncio.run(Listening(finished(PROMPT), *pressed(text)).read(keys)) == expected
    assert keys.taken(text)[0] == expected, "so it is rehearsed"
