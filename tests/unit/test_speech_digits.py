"""Digits as people say them: read one by one, grouped, corrected, and from several alternatives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.digits import OTHERWISE, WORDS, Command, read_digits, spoken_digits
from speech.recogniser import GARBAGE, Alternative

NAMES = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("four one one one", "4111"),
        ("oh five zero", "050"),
        ("four double two oh triple nine", "4220999"),
        ("forty-two nineteen", "4219"),
        ("twelve twenty-nine", "1229"),
        ("twenty twenty-nine", "2029"),
        ("four hundred", "400"),
        ("four hundred and twelve", "412"),
        ("four hundred and five", "405"),
        ("twelve hundred", "1200"),
        ("two thousand and twenty-nine", "2029"),
        ("two thousand four hundred and one", "2401"),
        ("forty oh two", "4002"),
        ("uh one two then three", "123"),
        ("march twenty-seven", "0327"),
        ("december two thousand twenty-nine", "122029"),
    ],
)
def test_digits_are_read_as_people_say_them(said: str, digits: str) -> None:
    assert read_digits(said).digits == digits


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        (["one two three four", "no nine"], "1239"),
        (["one two three four no", "nine"], "1239"),
        (["one two three four", "no one two three nine"], "1239"),
        (["one two three four", "no sorry nine", "five"], "12395"),
        (["one two no three no four"], "14"),
        (["five", "no"], "5"),
        (["no one two"], "12"),
    ],
)
def test_what_follows_no_takes_the_place_of_as_many_digits_before_it(said: list[str], digits: str) -> None:
    assert read_digits(*said).digits == digits


def test_a_doubled_digit_may_come_after_a_pause() -> None:
    assert read_digits("four double", "two").digits == "422"


def test_start_again_forgets_what_came_before_it() -> None:
    heard = read_digits("four one one", "no wait start again four two")
    assert (heard.digits, heard.command) == ("42", Command.START_AGAIN)


def test_who_asks_for_an_agent_is_heard_whatever_else_they_say() -> None:
    assert read_digits("repeat", "four agent", "start again").command is Command.AGENT


def test_words_that_mean_nothing_here_are_counted() -> None:
    heard = read_digits(f"four {GARBAGE} two", "double agent")
    assert (heard.digits, heard.garbage) == ("42", 2)


def test_a_tens_word_and_a_digit_can_be_two_numbers_at_a_cost() -> None:
    natural, other = spoken_digits([[Alternative(("forty", "two"), -3.0)]])
    assert (natural.digits, natural.score) == ("42", -3.0)
    assert (other.digits, other.score) == ("402", -3.0 - OTHERWISE)


def test_alternatives_of_several_stretches_are_joined_by_their_sums() -> None:
    # given two stretches that were heard in two ways each
    first = [Alternative(("five",), 10.0), Alternative(("nine",), 8.0)]
    second = [Alternative(("one",), 5.0), Alternative(("seven",), 4.5)]
    # when they are read together
    heard = spoken_digits([first, second])
    # then every combination is there, the likeliest first
    assert [(one.digits, one.score) for one in heard] == [("51", 15.0), ("57", 14.5), ("91", 13.0), ("97", 12.5)]


def test_ways_of_hearing_that_mean_the_same_digits_are_one() -> None:
    heard = spoken_digits([[Alternative(("oh",), 2.0), Alternative(("zero",), 3.0)]])
    assert [(one.digits, one.score) for one in heard] == [("0", 3.0)]


def test_silence_is_no_digits() -> None:
    assert [one.digits for one in spoken_digits([])] == [""]


def test_digits_are_in_no_repr() -> None:
    assert "4111" not in repr(read_digits("four one one one"))


@given(st.lists(st.tuples(st.sampled_from("0123456789"), st.integers(1, 3))), st.randoms())
def test_any_digits_said_one_by_one_doubled_or_tripled_are_read_back(
    groups: list[tuple[str, int]], random: object
) -> None:
    times = {1: "", 2: "double ", 3: "triple "}
    said = " ".join(times[count] + NAMES[int(digit)] for digit, count in groups)
    assert read_digits(said).digits == "".join(digit * count for digit, count in groups)


@given(st.lists(st.integers(10, 99), min_size=1, max_size=10), st.data())
def test_any_digits_said_in_pairs_are_read_back(pairs: list[int], data: st.DataObject) -> None:
    said = [
        TEENS[pair - 10] if pair < 20 else f"{TENS[pair // 10 - 2]}-{NAMES[pair % 10] if pair % 10 else ''}"
        for pair in pairs
    ]
    cut = data.draw(st.integers(0, len(said)))
    assert read_digits(" ".join(said[:cut]), " ".join(said[cut:])).digits == "".join(map(str, pairs))


@given(st.integers(1, 9), st.integers(0, 99))
def test_any_number_with_hundred_in_it_has_three_digits(hundreds: int, rest: int) -> None:
    below = f"{TENS[rest // 10 - 2]} {NAMES[rest % 10] if rest % 10 else ''}" if rest >= 20 else (NAMES + TEENS)[rest]
    said = f"{NAMES[hundreds]} hundred" + (f" and {below}" if rest else "")
    assert read_digits(said).digits == f"{hundreds}{rest:02d}"


words = st.lists(st.sampled_from(sorted(WORDS | {GARBAGE, "card"})), max_size=60).map(tuple)


@settings(deadline=None)
@given(st.lists(st.lists(st.builds(Alternative, words, st.floats(-50, 50)), max_size=6), max_size=6))
def test_whatever_was_heard_gives_readings_best_first_and_no_two_alike(stretches: list[list[Alternative]]) -> None:
    heard = spoken_digits(stretches)
    assert 1 <= len(heard) <= 20
    assert all(one.digits.isdigit() or not one.digits for one in heard)
    assert sorted(heard, key=lambda one: -one.score) == list(heard)
    assert len({(one.digits, one.command) for one in heard}) == len(heard)
