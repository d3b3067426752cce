"""How amounts, dates and digits are said in English."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ivr.flow.spoken import SpokenDigits
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.english import English
from ivr.prompts.errors import AmountTooLarge
from ivr.prompts.rendering import render

CATALOGUE = Catalogue.load(Path(__file__).resolve().parents[2] / "sounds")
ENGLISH = English()

INTEGERS = {
    0: "n-0",
    1: "n-1",
    11: "n-11",
    21: "n-21",
    99: "n-99",
    100: "n-100",
    101: "n-100 n-1",
    110: "n-100 n-10",
    999: "n-900 n-99",
    1000: "n-1 thousand",
    1001: "n-1 thousand n-1",
    12_345: "n-12 thousand n-300 n-45",
    100_000: "n-100 thousand",
    1_000_000: "n-1 million",
    2_000_010: "n-2 million n-10",
    999_999_999_999: "n-900 n-99 billion n-900 n-99 million n-900 n-99 thousand n-900 n-99",
}

AMOUNTS = {
    (0, "USD"): ("n-0 dollars", "0 dollars"),
    (1, "USD"): ("n-1 cent", "1 cent"),
    (99, "USD"): ("n-99 cents", "99 cents"),
    (100, "USD"): ("n-1 dollar", "1 dollar"),
    (101, "USD"): ("n-1 dollar-and n-1 cent", "1 dollar and 1 cent"),
    (10000, "USD"): ("n-100 dollars", "100 dollars"),
    (12540, "USD"): ("n-100 n-25 dollars-and n-40 cents", "125 dollars and 40 cents"),
    (100000001, "USD"): ("n-1 million dollars-and n-1 cent", "1,000,000 dollars and 1 cent"),
    (-500, "USD"): ("minus n-5 dollars", "minus 5 dollars"),
    (205, "CAD"): ("n-2 canadian-dollars-and n-5 cents", "2 Canadian dollars and 5 cents"),
    (100, "AUD"): ("n-1 australian-dollar", "1 Australian dollar"),
    (350, "EUR"): ("n-3 euros-and n-50 cents", "3 euros and 50 cents"),
    (101, "GBP"): ("n-1 pound-and n-1 penny", "1 pound and 1 penny"),
    (202, "GBP"): ("n-2 pounds-and n-2 pence", "2 pounds and 2 pence"),
    (101, "PLN"): ("n-1 polish-zloty-and n-1 grosz", "1 Polish zloty and 1 grosz"),
    (250, "PLN"): ("n-2 polish-zlotys-and n-50 groszy", "2 Polish zlotys and 50 groszy"),
    (150, "MXN"): ("n-1 mexican-peso-and n-50 centavos", "1 Mexican peso and 50 centavos"),
    (201, "BRL"): ("n-2 brazilian-reais-and n-1 centavo", "2 Brazilian reais and 1 centavo"),
    (1, "JPY"): ("n-1 yen", "1 yen"),
    (5000, "JPY"): ("n-5 thousand yen", "5,000 yen"),
}

NAMELESS_CURRENCIES = {
    (12540, "CHF"): ("n-100 n-25 point digit-4 digit-0 letter-c letter-h letter-f", "125.40 C H F"),
    (1005, "KWD"): ("n-1 point digit-0 digit-0 digit-5 letter-k letter-w letter-d", "1.005 K W D"),
    (2000, "KWD"): ("n-2 letter-k letter-w letter-d", "2 K W D"),
    (7000, "KRW"): ("n-7 thousand letter-k letter-r letter-w", "7,000 K R W"),
}

YEARS = {
    999: "n-900 n-99",
    1066: "n-10 n-66",
    1900: "n-19 hundred",
    1905: "n-19 oh n-5",
    1999: "n-19 n-99",
    2000: "n-2 thousand",
    2009: "n-2 thousand n-9",
    2010: "n-20 n-10",
    2026: "n-20 n-26",
    2100: "n-21 hundred",
}


@pytest.mark.parametrize(("number", "ids"), INTEGERS.items())
def test_a_number_is_counted_as_people_count(number: int, ids: str) -> None:
    assert ENGLISH.integer(number) == tuple(ids.split())


def test_a_trillion_cannot_be_said() -> None:
    with pytest.raises(AmountTooLarge, match="below one trillion"):
        ENGLISH.money(Money(10**14, "USD"))


@pytest.mark.parametrize(("amount", "said"), AMOUNTS.items())
def test_an_amount_is_said_in_coins(amount: tuple[int, str], said: tuple[str, str]) -> None:
    spoken = render((Money(*amount),), "en", CATALOGUE)
    assert (spoken.ids, spoken.text) == (tuple(said[0].split()), said[1])


@pytest.mark.parametrize(("amount", "said"), NAMELESS_CURRENCIES.items())
def test_a_currency_without_a_name_here_is_spelt(amount: tuple[int, str], said: tuple[str, str]) -> None:
    spoken = render((Money(*amount),), "en", CATALOGUE)
    assert (spoken.ids, spoken.text) == (tuple(said[0].split()), said[1])


@pytest.mark.parametrize(("number", "ids"), YEARS.items())
def test_a_year_is_said_in_pairs(number: int, ids: str) -> None:
    assert ENGLISH.year(number) == tuple(ids.split())


def test_a_date_is_said_with_its_ordinal() -> None:
    spoken = render((date(2026, 12, 1),), "en", CATALOGUE)
    assert (spoken.ids, spoken.text) == (("month-12", "nth-1", "n-20", "n-26"), "December 1, 2026")


def test_digits_are_said_one_by_one() -> None:
    spoken = render((SpokenDigits("0042"),), "en", CATALOGUE)
    assert (spoken.ids, spoken.text) == (("digit-0", "digit-0", "digit-4", "digit-2"), "0 0 4 2")
