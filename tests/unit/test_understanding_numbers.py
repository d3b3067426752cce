"""Numbers and amounts out of words: what our prompts say of an amount is understood as it, in each language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.money import Money, exponent
from ivr.prompts.rendering import LANGUAGES
from ivr.prompts.spoken import Words
from ivr.understanding.amounts import amounts
from ivr.understanding.lexicon import spoken
from ivr.understanding.lexicons import LEXICONS
from ivr.understanding.numbers import numbers
from tests.flow_play import PROMPTS

UNDERSTOOD = st.sampled_from(sorted(LEXICONS))


def said(words: Words, language: str) -> tuple[str, ...]:
    """The words that a caller of this language hears."""
    ids = [prompt for word in words for prompt in ((word,) if isinstance(word, str) else word.ids)]
    return spoken(" ".join(PROMPTS[prompt][language] for prompt in ids))


def keyed(amount: Money) -> str:
    """As a caller would key it, without smaller coins that are none."""
    whole, part = divmod(amount.minor, 10 ** exponent(amount.currency))
    return f"{whole}*{part:0{exponent(amount.currency)}d}" if part else str(whole)


@given(language=UNDERSTOOD, number=st.one_of(st.integers(0, 10_000), st.integers(0, 10**9 - 1)))
def test_a_number_is_understood_as_our_prompts_say_it(language: str, number: int) -> None:
    words = spoken(" ".join(PROMPTS[prompt][language] for prompt in LANGUAGES[language].integer(number)))
    assert numbers(words, LEXICONS[language]) == [number]


@given(
    language=UNDERSTOOD,
    currency=st.sampled_from(["USD", "CAD", "AUD", "EUR", "GBP", "MXN", "BRL", "PLN", "JPY"]),
    minor=st.one_of(st.integers(1, 20_000), st.integers(1, 99_999_999)),
)
def test_an_amount_is_understood_as_our_prompts_say_it(language: str, currency: str, minor: int) -> None:
    amount = Money(minor, currency)
    readings = amounts(said(LANGUAGES[language].money(amount), language), LEXICONS[language], currency)
    cents_or_hundreds = language == "fr" and minor < 10 and currency in ("USD", "CAD", "AUD")  # "deux cents"
    assert keyed(amount) in readings if cents_or_hundreds else readings[0] == keyed(amount)


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("a hundred and twenty-five forty", "125*40"),
        ("one twenty-five forty", "125*40"),
        ("a hundred and twenty-five dollars and forty cents", "125*40"),
        ("twelve fifty", "12*50"),
        ("twelve oh five", "12*05"),
        ("twelve point five", "12*50"),
        ("twelve hundred dollars", "1200"),
        ("one twenty dollars", "120"),
        ("fifty cents", "0*50"),
        ("five", "5"),
        ("it would be twenty dollars please", "20"),
    ],
)
def test_an_amount_is_said_in_many_ways(words: str, amount: str) -> None:
    assert amounts(spoken(words), LEXICONS["en"], "USD")[0] == amount


@pytest.mark.parametrize(
    ("language", "words", "amount"),
    [
        ("es", "doce con cincuenta", "12*50"),
        ("es", "ciento veinticinco dólares", "125"),
        ("fr", "douze dollars cinquante", "12*50"),
        ("fr", "quatre-vingt-dix-sept dollars", "97"),
        ("it", "centoventicinque e quaranta", "125*40"),
        ("pt", "doze e cinquenta", "12*50"),
    ],
)
def test_an_amount_is_said_in_other_languages(language: str, words: str, amount: str) -> None:
    assert amounts(spoken(words), LEXICONS[language], "USD")[0] == amount


@pytest.mark.parametrize(
    "words", ["", "dollars", "hello", "twelve twelve twelve twelve", "point", "five hundred cents"]
)
def test_what_is_no_amount_is_none(words: str) -> None:
    assert amounts(spoken(words), LEXICONS["en"], "USD") == []


@given(st.lists(st.sampled_from([*LEXICONS["en"].amount_said("USD"), "[unk]", "hm"]), max_size=12), UNDERSTOOD)
def test_whatever_is_said_comes_to_amounts_that_could_be_keyed(words: list[str], language: str) -> None:
    for amount in amounts(words, LEXICONS[language], "USD"):
        whole, _, part = amount.partition("*")
        assert whole.isdecimal()
        assert len(part) in (0, 2)
