"""What a caller says, understood as keys: choices, yes and no, digits; what is doubtful is not understood."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.rehearsal.speaking import understood
from ivr.understanding.lexicons import LEXICONS
from ivr.understanding.listening import AGAIN, DOUBT, PERSON, Listening, Said
from ivr.understanding.questions import for_amount, for_choice, for_day, for_digits, for_yes_or_no
from pci.contract import HearingRequest
from speech.recogniser import Alternative

MENU = {"1": ("pay", "pay my bill"), "2": ("pay later",), "9": ("stop",)}


def listening(made: Listening | None) -> Listening:
    assert made is not None
    return made


def heard(made: Listening | None, *stretches: list[tuple[str, float]]) -> Said:
    """What stretches of speech come to, each with its likeliest words and their rivals."""
    ways = [[Alternative(tuple(words.split()), score) for words, score in stretch] for stretch in stretches]
    return listening(made).understand(ways)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("pay", "1"),
        ("I want to pay my bill please", "1"),
        ("pay later", "2"),
        ("one", "1"),
        ("number nine", "9"),
        ("repeat", AGAIN),
        ("operator", PERSON),
        ("can I pay an operator", PERSON),
        ("pay or stop", ""),
        ("what a day", ""),
        ("seven", ""),
    ],
)
def test_a_choice_is_named_by_its_words_or_its_number(words: str, key: str) -> None:
    assert understood(words, listening(for_choice("en", MENU, person=True))) == key


def test_without_a_person_to_ask_for_the_word_means_nothing() -> None:
    assert understood("operator", listening(for_choice("en", MENU))) == ""


@pytest.mark.parametrize("language", LEXICONS)
def test_yes_and_no_are_understood_in_every_language(language: str) -> None:
    question = listening(for_yes_or_no(language, "1", "*"))
    lexicon = LEXICONS[language]
    assert {understood(word, question) for word in lexicon.yes} == {"1"}
    assert {understood(word, question) for word in lexicon.no} == {"*"}
    assert understood(f"{lexicon.yes[0]} {lexicon.no[0]}", question) == ""


@pytest.mark.parametrize(
    ("language", "words", "key"),
    [
        ("en", "yes please", "1"),
        ("en", "yes that is right", "1"),
        ("en", "that's right", "1"),
        ("en", "that's not right", ""),
        ("en", "[unk] correct", ""),
        ("en", "yes repeat", ""),
        ("en", "my aunt would say yes to that", ""),
        ("en", "no my aunt would not say that", "*"),
        ("es", "no es correcto", ""),
        ("es", "[unk] correcto", ""),
        ("fr", "ce n'est pas correct", ""),
        ("fr", "oui c'est exact", "1"),
        ("it", "[unk] corretto", ""),
        ("pt", "[unk] certo", ""),
    ],
)
def test_only_a_plain_yes_is_one_for_no_word_is_listened_for_that_turns_it_into_no(
    language: str, words: str, key: str
) -> None:
    assert understood(words, listening(for_yes_or_no(language, "1", "*"))) == key


def test_yes_does_not_count_before_the_question_was_heard() -> None:
    assert not listening(for_yes_or_no("en", "1", "2")).barge_in
    assert listening(for_choice("en", MENU)).barge_in


@pytest.mark.parametrize(
    ("language", "words", "digits"),
    [
        ("en", "one zero zero zero four four two", "1000442"),
        ("en", "one triple oh forty-four two", "1000442"),
        ("es", "uno cero cero cero cuarenta y cuatro dos", "1000442"),
        ("fr", "un zéro zéro zéro quarante-quatre deux", "1000442"),
        ("fr", "septante-deux nonante et un soixante-dix deux", "7291702"),
        ("it", "uno zero zero zero quarantaquattro due", "1000442"),
        ("pt", "um zero zero zero quarenta e quatro dois", "1000442"),
        ("pt", "meia meia meia um dois três", "666123"),
        ("es", "doble cero uno dos tres cuatro", "001234"),
    ],
)
def test_digits_are_said_one_by_one_or_in_groups(language: str, words: str, digits: str) -> None:
    assert understood(words, listening(for_digits(language, 6, 10))) == digits


def test_digits_go_on_over_pauses() -> None:
    account = for_digits("en", 6, 10)
    assert heard(account, [("one two three", 0.0)], [("four five six", 0.0)]) == "123456"


def test_an_understanding_that_fits_the_question_counts_before_one_that_does_not() -> None:
    account = for_digits("en", 6, 6)
    assert heard(account, [("one two three four five", 10.0), ("one two three four five six", 2.0)]) == "123456"


@pytest.mark.parametrize(("margin", "key"), [(DOUBT + 0.1, "1"), (DOUBT - 0.1, "")])
def test_what_may_nearly_as_well_be_something_else_is_asked_again(margin: float, key: str) -> None:
    assert heard(for_choice("en", MENU), [("pay", 0.0), ("stop", -margin)]) == key


def test_two_ways_to_say_the_same_are_no_doubt() -> None:
    assert heard(for_choice("en", MENU), [("pay", 0.0), ("one", -0.1)]) == "1"


def test_an_amount_that_the_limits_do_not_allow_gives_way_to_one_that_they_do() -> None:
    question = for_amount("en", "USD", lambda keys: float(keys.replace("*", ".")) >= 100 if keys else False)
    assert heard(question, [("one twenty", 0.0)]) == "120"


def test_in_a_language_that_nobody_understands_nothing_is_listened_for() -> None:
    assert for_choice("pl", MENU) is None
    assert for_digits("pl", 1, 2) is None


@pytest.mark.parametrize("language", LEXICONS)
def test_the_card_side_can_be_asked_for_every_word(language: str) -> None:
    made = [
        for_choice(language, MENU, person=True),
        for_yes_or_no(language, "1", "2"),
        for_digits(language, 6, 10),
        for_amount(language, "EUR", bool),
        for_day(language, date(2026, 11, 29), bool),
    ]
    for question in map(listening, made):
        HearingRequest(call_id="c1", channel_id="1.0", language=language, words=question.words)


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.lists(st.sampled_from(["one", "pay", "no", "[unk]", "repeat", "double"]), max_size=6),
                st.floats(-99, 0),
            ),
            max_size=4,
        ),
        max_size=4,
    )
)
def test_whatever_is_heard_comes_to_keys_or_a_wish(stretches: list[list[tuple[list[str], float]]]) -> None:
    ways = [[Alternative(tuple(words), score) for words, score in stretch] for stretch in stretches]
    made = (for_choice("en", MENU, person=True), for_digits("en", 6, 10), for_yes_or_no("en", "1", "*"))
    for question in map(listening, made):
        assert re.fullmatch(r"[0-9*]*|again|person", question.understand(ways))
