"""Words that answer a question: which count, what an echo of the question is, and when they are complete."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_ari import Gap
from ivr.calls.keys import Heard, Interrupted
from ivr.flow.keys import Keys
from ivr.understanding.listening import Listening as ListenedFor
from ivr.understanding.listening import Said
from ivr.understanding.questions import for_choice, for_digits, for_yes_or_no
from pci.contract import SpeechHeard, SpokenWords
from tests.unit.questions import PROMPT, Listening, finished, pressed


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


SURE = for_yes_or_no("en", "1", "2")


async def test_given_a_yes_before_the_question_was_heard_then_only_one_after_it_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ivr.calls.keys._ECHO_SECONDS", 0.0)
    caller = Listening(words("yes", final=False), words("yes"), finished(PROMPT), words("no"))
    assert await caller.read(listens(SURE, pause=60)) == "2"
    assert caller.silenced == []


async def test_given_a_yes_that_began_before_the_end_of_the_question_then_it_confirms_nothing_and_one_after_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ivr.calls.keys._ECHO_SECONDS", 0.0)
    began = (words("[unk]", final=False), finished(PROMPT), words("yes", final=False), words("yes"))
    answer = await Listening(*began).read(listens(SURE, first=0.05))
    assert (answer, type(answer)) == ("", str)  # as after silence: they are asked again
    assert await Listening(*began, words("yes", final=False), words("yes")).read(listens(SURE)) == "1"
    assert await Listening(*began, *pressed("1#")).read(listens(SURE)) == "1"


async def test_given_a_yes_as_soon_as_the_question_may_come_back_then_it_confirms_nothing() -> None:
    caller = Listening(finished(PROMPT), words("yes", final=False), words("yes"))
    assert await caller.read(listens(SURE, first=0.05)) == ""


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
