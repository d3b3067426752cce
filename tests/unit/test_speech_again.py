"""Heard again at other tempos: the sound, what several hearings agree on, and what a careful listener tells."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech import SHIPPED, Alternative, Grammar, Heard, Listener, Model
from speech.agreement import UNHEARD, agreed, understood
from speech.digits import Command, SpokenDigits
from speech.recogniser import RATE
from speech.scripted import silence
from speech.tempo import Tempo
from speech.vosk import CAREFUL, THREADS, VoskRecogniser
from tests.conformance.recognisers.test_recognisers import DIGITS, recorded, spoken


def tone(hertz: float, seconds: float) -> bytes:
    places = range(int(seconds * RATE))
    return array("h", [int(9000 * math.sin(2 * math.pi * hertz * place / RATE)) for place in places]).tobytes()


def rises(sound: bytes) -> int:
    """How often the sound rises through zero."""
    return sum(1 for before, after in pairwise(array("h", sound)) if before < 0 <= after)


@pytest.mark.parametrize("percent", [88, 112])
def test_a_tone_is_as_many_waves_in_another_time(percent: int) -> None:
    sound = tone(440, 2.0)

    played = Tempo(percent).of(sound)

    assert len(played) == pytest.approx(len(sound) * 100 / percent, abs=4)
    assert rises(played) == pytest.approx(rises(sound), abs=1)


@given(st.binary(max_size=400))
def test_at_its_own_tempo_it_is_as_it_was(sound: bytes) -> None:
    assert Tempo(100).of(sound) == sound


@given(
    st.binary(max_size=400).filter(lambda sound: len(sound) % 2 == 0),
    st.integers(50, 200),
    st.lists(st.integers(0, 60)),
)
def test_the_length_of_a_piece_makes_no_difference(sound: bytes, percent: int, lengths: list[int]) -> None:
    tempo, pieces, rest = Tempo(percent), b"", sound
    for length in lengths:
        pieces, rest = pieces + tempo.of(rest[: 2 * length]), rest[2 * length :]

    assert pieces + tempo.of(rest) == Tempo(percent).of(sound)


def said(*ways: tuple[str, float]) -> list[SpokenDigits]:
    return [SpokenDigits(digits, score) for digits, score in ways]


def test_given_one_hearing_then_it_is_what_was_understood() -> None:
    once = said(("42", -3.0), ("43", -4.0))

    assert list(agreed([once])) == once


def test_given_hearings_that_differ_then_what_all_find_likely_comes_first() -> None:
    first = said(("48", -10.0), ("42", -11.0))
    slower = said(("42", -70.0), ("62", -75.0))
    faster = said(("42", -20.0), ("48", -26.0))

    likely, rival, *_ = agreed([first, slower, faster])

    assert (likely.digits, rival.digits) == ("42", "48")
    assert likely.score == pytest.approx(-1 / 3)
    assert rival.score == pytest.approx((0 - (5 + UNHEARD) - 6) / 3)
    assert [(one.by, one.hearings) for one in (likely, rival)] == [(3, 3), (2, 3)]


def test_given_a_hearing_of_nothing_then_the_others_are_in_doubt() -> None:
    once, nothing = said(("42", 0.0)), said(("", 0.0))

    assert [(one.digits, one.score) for one in agreed([once, nothing])] == [("42", -UNHEARD / 2), ("", -UNHEARD / 2)]


READINGS = st.lists(
    st.builds(SpokenDigits, st.text("0123456789", max_size=3), st.floats(-50, 50)), min_size=1, max_size=5
).map(lambda readings: sorted(readings, key=lambda one: -one.score))


@given(st.lists(READINGS, min_size=1, max_size=4))
def test_what_is_agreed_was_heard_by_somebody_and_comes_best_first(hearings: list[list[SpokenDigits]]) -> None:
    found = agreed(hearings)

    assert {one.digits for one in found} <= {one.digits for hearing in hearings for one in hearing}
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def stretch(text: str, again: Sequence[Sequence[str]] = ()) -> Heard:
    def heard(text: str) -> tuple[Alternative, ...]:
        return (Alternative(tuple(text.split()), 0.0),)

    return Heard(heard(text), again=tuple(tuple(map(heard, texts)) for texts in again))


def test_stretches_are_joined_for_each_hearing_by_itself() -> None:
    found = understood(
        [stretch("four", [["four"], ["five"]]), stretch("two three", [["two", "three"], ["two three"]])]
    )

    assert [one.digits for one in found] == ["423", "523"]


def test_what_one_stretch_was_heard_in_once_only_counts_once() -> None:
    """As when it was said over a prompt: then nothing tells which words of the others are the prompt's."""
    found = understood([stretch("four", [["four"], ["five"]]), stretch("two")])

    assert [one.digits for one in found] == ["42"]


def test_a_command_is_understood_as_well() -> None:
    assert understood([stretch("agent", [["agent"], ["agent"]])])[0].command is Command.AGENT


@pytest.fixture(scope="module")
def vosk() -> Iterator[VoskRecogniser]:
    with VoskRecogniser.open([Model("en", SHIPPED["en"])]) as recogniser:
        yield recogniser


@contextmanager
def listening(vosk: VoskRecogniser, *, careful: bool) -> Iterator[Listener]:
    listener = vosk.listen(Grammar(DIGITS.words, careful=careful))
    try:
        yield listener
    finally:
        listener.close()


async def all_of(listener: Listener) -> list[Heard]:
    """What is heard of four digits."""
    return [*await spoken(listener, recorded("four two seven one") + silence(1.5)), *await listener.finish()]


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The shipped model without the other that comes with it."""
    for part in ("am", "conf", "graph"):
        (tmp_path / part).symlink_to(SHIPPED["en"] / part)
    return tmp_path


def hearings(heard: Sequence[Heard]) -> set[int]:
    """How often the stretches that have ended were heard."""
    return {1 + len(one.again) for one in heard if one.final and one.alternatives[0].words}


@pytest.mark.parametrize("careful", [True, False])
async def test_only_who_listens_with_care_is_told_what_was_heard_again(vosk: VoskRecogniser, careful: bool) -> None:
    with listening(vosk, careful=careful) as listener:
        heard = await all_of(listener)

    assert hearings(heard) == {3 if careful else 1}
    assert not any(one.again for one in heard if not one.final)


async def test_what_follows_a_pause_is_heard_whole_each_time(vosk: VoskRecogniser) -> None:
    """Who hears it again and has ended the stretch already is not made to begin anew in the middle of a word."""
    said = recorded("four two") + silence(1.0) + recorded("seven one")
    with listening(vosk, careful=True) as listener:
        heard = [*await spoken(listener, said), *await listener.finish()]

    final = [one for one in heard if one.final]
    digits = [
        [word for stretches in again for one in stretches for word in one[0].words]
        for again in zip(*(one.again for one in final), strict=False)
    ]
    assert len(final) == 2
    assert digits == 2 * [["four", "two", "seven", "one"]]


async def test_given_a_model_that_comes_alone_then_it_hears_again_itself(alone: Path) -> None:
    with VoskRecogniser.open([Model("en", alone)]) as vosk, listening(vosk, careful=True) as listener:
        heard = await all_of(listener)

    assert hearings(heard) == {3}
    assert understood([one for one in heard if one.final])[0].digits == "4271"


async def test_given_as_many_listeners_as_the_threads_can_bear_then_who_comes_next_is_heard_once(
    vosk: VoskRecogniser,
) -> None:
    with ExitStack() as others:
        for _ in range(CAREFUL * THREADS):
            others.enter_context(listening(vosk, careful=False))
        with listening(vosk, careful=True) as crowded:
            heard = await all_of(crowded)
    with listening(vosk, careful=True) as alone:
        heard_alone = await all_of(alone)

    assert (hearings(heard), hearings(heard_alone)) == ({1}, {3})
