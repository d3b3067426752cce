"""Keys of a menu: which count, when they are complete, and how long they are waited for."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_ari import ChannelDtmfReceived, Gap, Playback, PlaybackFinished
from ivr.calls.keys import Heard, Interrupted, read_keys
from ivr.flow.keys import Keys
from ivr.understanding.listening import Listening as ListenedFor
from ivr.understanding.listening import Said
from ivr.understanding.questions import for_choice, for_digits, for_yes_or_no
from pci.contract import SpeechHeard, SpokenWords

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


def words(text: str, *, final: bool = True) -> Heard:
    """What is heard of a caller; a word in brackets is faint."""
    said = text.split()
    faint = tuple(place for place, word in enumerate(said) if word.startswith("("))
    way = SpokenWords(words=tuple(word.strip("()") for word in said), score=0.0, faint=faint)
    return SpeechHeard(alternatives=(way,), final=final)


def listens(made: ListenedFor | None, *, first: float = 60, pause: float = 0.02) -> Keys:
    """A question that waits a minute for an answer to begin, and not for long for it to go on."""
    assert made is not None
    return Keys(most=10, first_digit_timeout=first, inter_digit_timeout=0.02, speech=replace(made, pause=pause))


MENU = listens(for_choice("en", {"1": ["pay"], "9": ["stop"]}), pause=60)


async def test_given_a_word_for_a_choice_then_the_question_stops_and_its_key_is_the_answer() -> None:
    caller = Listening(words("pay", final=False), words("[unk] pay"))

    answer = await caller.read(MENU)

    assert (answer, type(answer)) == ("1", Said)
    assert caller.silenced == [PROMPT]


async def test_given_a_key_after_a_word_then_the_key_wins() -> None:
    account = listens(for_digits("en", 4, 6))
    answer = await Listening(words("one two"), *pressed("77#"), words("three four")).read(account)
    assert (answer, type(answer)) == ("77", str)


async def test_given_digits_in_two_breaths_then_they_are_one_answer() -> None:
    account = listens(for_digits("en", 4, 6))
    assert await Listening(words("one two three"), words("four five six")).read(account) == "123456"
    assert await Listening(words("one two"), words("three four"), finished(PROMPT)).read(account) == "1234"


async def test_given_noise_under_the_question_then_it_goes_on() -> None:
    caller = Listening(words("[unk]", final=False), words("[unk] [unk]"), finished(PROMPT), words("stop"))
    assert await caller.read(MENU) == "9"
    assert caller.silenced == []


async def test_given_words_that_mean_nothing_here_then_it_is_not_silence() -> None:
    menu = listens(for_choice("en", {"1": ["pay"]}))
    answer = await Listening(finished(PROMPT), words("[unk]")).read(menu)
    assert (answer, type(answer)) == ("", Said)


async def test_given_silence_then_it_is_not_what_nobody_understood() -> None:
    menu = listens(for_choice("en", {"1": ["pay"]}), first=0.02)
    assert type(await Listening(finished(PROMPT)).read(menu)) is str


async def test_given_a_yes_before_the_question_was_heard_then_only_one_after_it_counts() -> None:
    sure = listens(for_yes_or_no("en", "1", "2"), pause=60)
    caller = Listening(words("yes", final=False), words("yes"), finished(PROMPT), words("no"))
    assert await caller.read(sure) == "2"
    assert caller.silenced == []


def echo(text: str, *, final: bool = True) -> Heard:
    """What the caller's line gives back of the question: words, and all of them faint."""
    return words(" ".join(f"({word})" for word in text.split()), final=final)


async def test_given_an_echo_of_the_question_then_it_goes_on_and_what_is_said_after_it_is_the_answer() -> None:
    caller = Listening(echo("pay", final=False), echo("pay"), echo("stop", final=False), finished(PROMPT),
                       echo("[unk] stop"), words("pay"))  # fmt: skip
    assert await caller.read(MENU) == "1"
    assert caller.silenced == []


async def test_given_a_caller_who_speaks_up_over_an_echo_then_the_question_stops_and_they_are_heard() -> None:
    caller = Listening(echo("stop", final=False), words("(stop) pay", final=False), words("(stop) pay (one)"))
    assert await caller.read(MENU) == "1"
    assert caller.silenced == [PROMPT]


async def test_given_a_caller_with_a_faint_voice_then_they_are_heard_once_the_question_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ivr.calls.keys._ECHO_SECONDS", 0.0)
    assert await Listening(finished(PROMPT), echo("pay", final=False), echo("pay")).read(MENU) == "1"
    assert await Listening(echo("pay")).read(MENU, prompt=None) == "1"


async def test_given_what_was_taken_for_an_echo_and_was_nothing_then_what_comes_next_is_no_part_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ivr.calls.keys._ECHO_SECONDS", 0.0)
    caller = Listening(echo("pay", final=False), echo("", final=False), finished(PROMPT), echo("stop"))
    assert await caller.read(MENU) == "9"


@given(st.lists(st.tuples(st.sampled_from(["pay", "stop", "[unk]", "one nine", ""]), st.booleans())))
def test_whatever_an_echo_is_heard_as_it_is_neither_an_interruption_nor_an_answer(
    heard: list[tuple[str, bool]],
) -> None:
    question = listens(for_choice("en", {"1": ["pay"], "9": ["stop"]}), first=0.001)
    caller = Listening(*(echo(text, final=final) for text, final in heard), finished(PROMPT))
    answer = asyncio.run(caller.read(question))
    assert (answer, type(answer), caller.silenced) == ("", str, [])


async def test_given_a_gap_after_words_then_nothing_of_it_counts() -> None:
    with pytest.raises(Interrupted):
        await Listening(words("one two"), Gap(over=True)).read(listens(for_digits("en", 4, 6)))


async def test_given_a_question_that_does_not_listen_then_words_are_passed_over() -> None:
    assert await Listening(words("pay"), *pressed("5#")).read() == "5"


async def test_given_a_television_that_never_pauses_then_the_question_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ivr.calls.keys._LONGEST_SECONDS", 0.2)
    caller = Listening(finished(PROMPT))

    async def talk() -> None:
        while True:
            caller.heard.put_nowait(words("[unk] [unk]"))
            caller.heard.put_nowait(words("stop [unk]", final=False))
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as tasks:
        television = tasks.create_task(talk())
        answer = await caller.read(listens(for_choice("en", {"1": ["pay"], "9": ["stop"]}), pause=60))
        television.cancel()

    assert (answer, type(answer)) == ("", Said)


async def test_given_a_word_that_is_never_ended_then_it_was_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.calls.keys._SPEAKING_SECONDS", 0.05)
    answer = await Listening(finished(PROMPT), words("pay", final=False)).read(MENU)
    assert (answer, type(answer)) == ("", Said)
