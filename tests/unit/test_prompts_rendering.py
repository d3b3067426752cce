"""A prompt becomes recordings in a row and the text of what they say."""

from __future__ import annotations

import traceback
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.spoken import Prompt, SpokenBrand, SpokenDigits
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.errors import TooManyDigits, UnknownLanguage, UnknownPrompt
from ivr.prompts.rendering import render
from pci.contract import Brand

CATALOGUE = Catalogue(
    Path("/sounds"),
    {
        "you-owe": {"en": "You owe", "pl": "Do zapłaty"},
        "press-1-to-pay": {"en": "To pay, press 1."},
        "with-your": {"en": "with your"},
        "brand-visa": {"en": "Visa card"},
        "ending-in": {"en": "ending in"},
        "due": {"en": "It is due on"},
        "dollars": {"en": "dollars"},
        "dollars-and": {"en": "dollars and"},
        "cents": {"en": "cents"},
        "month-12": {"en": "December"},
    },
)

CONVERSATION: list[tuple[Prompt, str, str]] = [
    (("you-owe",), "you-owe", "You owe"),
    (
        ("you-owe", Money(12540, "USD"), "press-1-to-pay"),
        "you-owe n-100 n-25 dollars-and n-40 cents press-1-to-pay",
        "You owe 125 dollars and 40 cents. To pay, press 1.",
    ),
    (
        ("with-your", SpokenBrand(Brand.VISA), "ending-in", SpokenDigits("1111"), "press-1-to-pay"),
        "with-your brand-visa ending-in digit-1 digit-1 digit-1 digit-1 press-1-to-pay",
        "with your Visa card ending in 1 1 1 1. To pay, press 1.",
    ),
    (
        (Money(500, "USD"), "with-your", SpokenBrand(Brand.VISA)),
        "n-5 dollars with-your brand-visa",
        "5 dollars with your Visa card",
    ),
    (("due", date(2026, 12, 1)), "due month-12 nth-1 n-20 n-26", "It is due on December 1, 2026"),
]


@pytest.mark.parametrize(("prompt", "ids", "text"), CONVERSATION)
def test_a_prompt_is_played_and_reads_as_a_sentence(prompt: Prompt, ids: str, text: str) -> None:
    spoken = render(prompt, "en", CATALOGUE)
    assert (spoken.ids, spoken.text) == (tuple(ids.split()), text)


def test_an_id_that_is_not_in_the_catalogue_is_named() -> None:
    with pytest.raises(UnknownPrompt, match="'farewell' in 'en'"):
        render(("farewell",), "en", CATALOGUE)


def test_a_text_that_lacks_in_the_language_is_named() -> None:
    with pytest.raises(UnknownPrompt, match="'with-your' in 'pl'"):
        render(("you-owe", "with-your"), "pl", CATALOGUE)


def test_an_amount_in_a_language_that_nothing_speaks_is_refused() -> None:
    with pytest.raises(UnknownLanguage, match="'de'"):
        render((Money(100, "USD"),), "de", CATALOGUE)


@given(st.text("0123456789", min_size=5, max_size=19))
def test_more_than_four_digits_are_never_said_nor_repeated(digits: str) -> None:
    with pytest.raises(TooManyDigits) as refusal:
        render((SpokenDigits(digits),), "en", CATALOGUE)
    assert digits not in str(refusal.value)
    assert digits not in "".join(traceback.format_exception_only(refusal.value))


@pytest.mark.parametrize("digits", ["", "12a4", "١٢٣٤", "12 4", "-123"])
def test_what_is_no_digit_is_refused(digits: str) -> None:
    with pytest.raises(TooManyDigits):
        render((SpokenDigits(digits),), "en", CATALOGUE)
