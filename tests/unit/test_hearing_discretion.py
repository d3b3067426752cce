"""Of a card that is said where none was asked for, the call side is told less than twelve digits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.understanding.lexicons import LEXICONS
from ivr.understanding.questions import for_digits
from pci.hearing.counting import digits_in
from pci.hearing.discretion import FEWEST, GOES_ON, Discretion
from speech import Alternative, Heard
from speech.digits import most_digits

DIGITS = "zero oh one two three four five six seven eight nine".split()
DIGIT = st.sampled_from(DIGITS)
OTHER = st.sampled_from("[unk] yes no and double forty hundred start again sorry operator".split())
STRETCH = st.lists(st.one_of(DIGIT, DIGIT, OTHER), min_size=1, max_size=20)


def heard(words: list[str], *, final: bool = True) -> Heard:
    return Heard((Alternative(tuple(words), 0.0),), final=final)


@settings(deadline=None)
@given(st.lists(STRETCH, max_size=8))
def test_whatever_is_said_the_digits_that_are_told_are_fewer_than_those_of_a_card(stretches: list[list[str]]) -> None:
    discretion, told = Discretion("en"), 0
    for words in stretches:
        for end in range(1, len(words) + 1):
            so_far = discretion.of(heard(words[:end], final=False))
            assert len(so_far.alternatives[0].words) == 1
            if discretion.card_said:
                break
        if discretion.card_said:
            break
        told += sum(word in DIGITS for word in discretion.of(heard(words)).alternatives[0].words)
    assert told < FEWEST


@pytest.mark.parametrize(
    ("words", "faint", "told", "still_faint"),
    [
        ("one two [unk]", {0}, "two", False),
        ("one two", {0, 1}, "one", True),
        ("one [unk]", {0}, "one", True),
        ("one two", {1}, "one", False),
    ],
)
def test_the_one_word_that_is_told_is_a_loud_one_if_there_is_any(
    words: str, faint: set[int], told: str, *, still_faint: bool
) -> None:
    said = Alternative(tuple(words.split()), 0.0, frozenset(faint))
    word = Discretion("en").of(Heard((said,), final=False)).alternatives[0]
    assert (word.words, bool(word.faint)) == ((told,), still_faint)


@given(STRETCH)
def test_what_cannot_be_a_card_is_told_as_it_is(words: list[str]) -> None:
    whole = heard(words[:2])  # "thousand" alone is four digits
    assert Discretion("en").of(whole) == whole


@pytest.mark.parametrize(
    "between",
    [["start", "again"], ["no"], ["[unk]"] * 250],
    ids=["what was said before is taken back", "it is corrected", "much else is said"],
)
def test_digits_that_were_told_stay_told_whatever_is_said_between_them(between: list[str]) -> None:
    discretion = Discretion("en")
    for words in (["four"] * 8, between, ["one"] * 3):
        discretion.of(heard(words))
    assert not discretion.card_said
    assert discretion.of(heard(["two"])).alternatives[0].words == ("[unk]",)
    assert discretion.card_said


@pytest.mark.parametrize(("seconds", "told"), [(GOES_ON - 1, "[unk]"), (GOES_ON + 1, "one")])
def test_digits_of_the_next_hearing_are_more_of_the_same_if_they_follow_at_once(seconds: float, told: str) -> None:
    now = 100.0
    first = Discretion("en", clock=lambda: now)
    first.of(heard(["four"] * 8))
    silent = Discretion("en", first, clock=lambda: now)
    silent.of(heard(["yes"]))
    now += seconds
    following = Discretion("en", silent, clock=lambda: now)
    assert following.of(heard(["one"] * 4)).alternatives[0].words[0] == told


def test_given_a_card_that_was_said_then_its_rest_is_not_told_in_the_next_hearing_either() -> None:
    now = 100.0
    first = Discretion("en", clock=lambda: now)
    for _ in range(3):
        first.of(heard(["four"] * 4))
        now += GOES_ON - 1
    following = Discretion("en", first, clock=lambda: now)
    assert following.of(heard(["one"] * 4)).alternatives[0].words == ("[unk]",)


@pytest.mark.parametrize("between", ["and", "[unk]"])
def test_numbers_that_a_word_keeps_apart_are_counted_apart(between: str) -> None:
    discretion = Discretion("en")
    discretion.of(heard(["forty", between, "two"] * 4))  # 402402402402
    assert discretion.card_said


def test_digits_that_are_heard_as_the_numbers_of_days_are_digits() -> None:
    discretion = Discretion("en")
    discretion.of(heard(["fourth", *["first"] * 7]))
    discretion.of(heard(["fourth"] * 4))
    assert discretion.card_said


def test_an_understanding_that_is_not_the_likeliest_counts_too() -> None:
    card = Alternative(("four",) * 16, -3.0)
    discretion = Discretion("en")
    told = discretion.of(Heard((Alternative(("[unk]",), 0.0), card)))
    assert discretion.card_said
    assert [way.words for way in told.alternatives] == [("[unk]",)]


@pytest.mark.parametrize("language", ["es", "fr", "it", "pt"])
def test_in_the_other_languages_digits_that_are_said_one_by_one_are_counted(language: str) -> None:
    six = {"es": "seis", "fr": "six", "it": "sei", "pt": "meia"}[language]
    discretion = Discretion(language)
    for _ in range(2):
        discretion.of(heard([six] * 4))
        assert not discretion.card_said
    assert discretion.of(heard([six] * 4)).alternatives[0].words == ("[unk]",)
    assert discretion.card_said


@pytest.mark.parametrize(
    ("language", "pairs"),
    [
        ("es", "cuarenta y uno once once once once once once"),
        ("es", "cuatrocientos once ciento once ciento once ciento once"),
        ("fr", "quarante et un onze onze onze onze onze"),
        ("fr", "quatre vingt dix neuf soixante et onze quatre vingt un dix sept vingt deux onze"),
        ("fr", "quatre cent onze cent onze cent onze cent onze"),
        ("it", "quarantuno undici undici undici ventidue diciassette"),
        ("it", "quattrocentoundici centoundici centoundici centoundici"),
        ("pt", "quarenta e um onze onze dezessete vinte e dois onze"),
    ],
)
def test_in_the_other_languages_a_card_that_is_said_in_pairs_is_counted_too(language: str, pairs: str) -> None:
    discretion = Discretion(language)
    assert discretion.of(heard(pairs.split())).alternatives[0].words == ("[unk]",)
    assert discretion.card_said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "cuatro uno doble uno doble uno doble uno doble uno doble uno doble uno doble uno"),
        ("es", "doble cuatrocientos once doble ciento once"),
        ("fr", "quatre un double un double un double un double un double un double un double un"),
        ("it", "quattro uno doppio uno doppio uno doppio uno doppio uno doppio uno doppio uno doppio uno"),
        ("es", "cuatro mil mil ciento once mil ciento once mil ciento quince"),
        ("fr", "quatre mille mille cent onze mille cent onze mille cent quinze"),
        ("it", "quattro mila mille cento undici mille cento undici mille cento quindici"),
        ("it", "quattromila millecentoundici millecentoundici millecentoquindici"),
        ("pt", "quatro mil mil cento e onze mil cento e onze mil cento e quinze"),
        ("es", "cuatrocientos cuatrocientos cuatrocientos cuatrocientos"),
        ("fr", "soixante dix deux soixante dix deux soixante dix deux soixante dix deux"),
    ],
)
def test_in_the_other_languages_a_card_that_is_said_with_doubles_and_thousands_is_counted_too(
    language: str, words: str
) -> None:
    discretion = Discretion(language)
    assert discretion.of(heard(words.split())).alternatives[0].words == ("[unk]",)
    assert discretion.card_said


@pytest.mark.parametrize("language", LEXICONS)
@settings(deadline=None)
@given(data=st.data())
def test_never_fewer_digits_are_counted_than_the_call_side_makes_of_the_same_words(
    language: str, data: st.DataObject
) -> None:
    asked = for_digits(language, 1, 999)
    assert asked is not None
    listened_for = st.sampled_from([*asked.words, *LEXICONS[language].scales, "[unk]"])
    words = data.draw(st.lists(listened_for, max_size=20))
    understood = asked.understand([heard(words).alternatives])
    counted = most_digits(words) if language == "en" else digits_in(words, language)
    assert counted >= (len(understood) if understood.isdecimal() else 0)


@pytest.mark.parametrize(
    ("language", "amount"),
    [
        ("fr", "douze mille trois cent quarante cinq dollars et soixante sept centimes"),
        ("fr", "quatre vingt dix neuf mille neuf cent quatre vingt dix neuf euros et quatre vingt dix neuf centimes"),
        ("es", "noventa y nueve mil novecientos noventa y nueve con noventa y nueve"),
        ("it", "novantanovemila novecentonovantanove euro e novantanove"),
        ("pt", "noventa e nove mil novecentos e noventa e nove reais e noventa e nove centavos"),
    ],
)
def test_an_amount_in_many_words_is_no_card(language: str, amount: str) -> None:
    words = tuple(amount.split())
    assert Discretion(language).of(heard(list(words))).alternatives[0].words == words


@given(st.sampled_from(["es", "fr", "it", "pt", "pl"]), STRETCH)
def test_in_a_language_that_is_not_counted_in_nothing_is_a_digit(language: str, words: list[str]) -> None:
    assert digits_in([f"x{word}" for word in words], language) == 0
