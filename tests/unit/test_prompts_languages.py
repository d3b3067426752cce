"""How numbers, amounts and dates are said in each language: tables that a native speaker can read, and num2words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.errors import AmountTooLarge
from ivr.prompts.rendering import LANGUAGES, render
from ivr.prompts.spoken import Ids

CATALOGUE = Catalogue.load(Path(__file__).resolve().parents[2] / "sounds")

# what the recordings say, one after the other
NUMBERS = {
    "es": {
        0: "cero",
        1: "uno",
        21: "veintiuno",
        100: "cien",
        101: "ciento uno",
        555: "quinientos cincuenta y cinco",
        1000: "mil",
        1001: "mil uno",
        21_000: "veintiún mil",
        31_021: "treinta y un mil veintiuno",
        100_000: "cien mil",
        1_000_000: "un millón",
        2_000_100: "dos millones cien",
        1_000_000_000: "mil millones",
        21_000_000: "veintiún millones",
    },
    "fr": {
        0: "zéro",
        21: "vingt et un",
        70: "soixante-dix",
        71: "soixante et onze",
        80: "quatre-vingts",
        81: "quatre-vingt-un",
        99: "quatre-vingt-dix-neuf",
        100: "cent",
        201: "deux cents un",
        1000: "mille",
        2000: "deux mille",
        80_000: "quatre-vingts mille",
        1_000_000: "un million",
        3_000_000_000: "trois milliards",
    },
    "it": {
        1: "uno",
        21: "ventuno",
        28: "ventotto",
        101: "cento uno",
        108: "centotto",
        180: "centottanta",
        288: "due centottantotto",
        1000: "mille",
        2000: "due mila",
        21_008: "ventuno mila otto",
        1_000_000: "un milione",
        2_000_000_000: "due miliardi",
    },
    "pt": {
        1: "um",
        16: "dezesseis",
        21: "vinte e um",
        100: "cem",
        101: "cento e um",
        999: "novecentos e noventa e nove",
        1000: "mil",
        1001: "mil e um",
        1100: "mil e cem",
        1200: "mil e duzentos",
        1234: "mil duzentos e trinta e quatro",
        2_000_000: "dois milhões",
        1_200_000: "um milhão e duzentos mil",
        1_000_000_000: "um bilhão",
    },
    "pl": {
        1: "jeden",
        21: "dwadzieścia jeden",
        100: "sto",
        1000: "tysiąc",
        2000: "dwa tysiące",
        5000: "pięć tysięcy",
        12_000: "dwanaście tysięcy",
        22_000: "dwadzieścia dwa tysiące",
        21_001: "dwadzieścia jeden tysięcy jeden",
        3_000_000: "trzy miliony",
    },
}

# minor units and currency -> what the recordings say, and how it is written
AMOUNTS = {
    "es": {
        (12540, "USD"): ("ciento veinticinco dólares con cuarenta centavos", "125 dólares con 40 centavos"),
        (100, "USD"): ("un dólar", "1 dólar"),
        (101, "USD"): ("un dólar con un centavo", "1 dólar con 1 centavo"),
        (2100, "USD"): ("veintiún dólares", "21 dólares"),
        (3101, "CAD"): (
            "treinta y un dólares canadienses con un centavo",
            "31 dólares canadienses con 1 centavo",
        ),
        (100, "AUD"): ("un dólar australiano", "1 dólar australiano"),
        (121, "EUR"): ("un euro con veintiún céntimos", "1 euro con 21 céntimos"),
        (121, "GBP"): ("una libra con veintiún peniques", "1 libra con 21 peniques"),
        (50100, "GBP"): ("quinientas una libras", "501 libras"),
        (20000000, "GBP"): ("doscientas mil libras", "200.000 libras"),
        (100000000, "MXN"): ("un millón de pesos", "1.000.000 de pesos"),
        (100000050, "MXN"): ("un millón de pesos con cincuenta centavos", "1.000.000 de pesos con 50 centavos"),
        (100000100, "MXN"): ("un millón un pesos", "1.000.001 pesos"),
        (10000, "BRL"): ("cien reales", "100 reales"),
        (201, "PLN"): ("dos eslotis con un grosz", "2 eslotis con 1 grosz"),
        (1, "JPY"): ("un yen", "1 yen"),
        (-500, "USD"): ("menos cinco dólares", "menos 5 dólares"),
        (0, "USD"): ("cero dólares", "0 dólares"),
        (12540, "CHF"): ("ciento veinticinco coma cuatro cero ce hache efe", "125,40 C H F"),
    },
    "fr": {
        (12540, "EUR"): ("cent vingt-cinq euros et quarante centimes", "125 euros et 40 centimes"),
        (100, "EUR"): ("un euro", "1 euro"),
        (0, "EUR"): ("zéro euro", "0 euro"),
        (50, "EUR"): ("cinquante centimes", "50 centimes"),
        (100, "USD"): ("un dollar", "1 dollar"),
        (12540, "USD"): ("cent vingt-cinq dollars et quarante cents", "125 dollars et 40 cents"),
        (121, "CAD"): ("un dollar canadien et vingt et un cents", "1 dollar canadien et 21 cents"),
        (2100, "GBP"): ("vingt et une livres", "21 livres"),
        (7101, "GBP"): ("soixante et onze livres et un penny", "71 livres et 1 penny"),
        (100000000, "EUR"): ("un million d'euros", "1 000 000 d'euros"),
        (200000000, "USD"): ("deux millions de dollars", "2 000 000 de dollars"),
        (1000, "MXN"): ("dix pesos", "10 pesos"),
        (250, "BRL"): ("deux réals et cinquante centavos", "2 réals et 50 centavos"),
        (12540, "CHF"): ("cent vingt-cinq virgule quatre zéro cé hache effe", "125,40 C H F"),
    },
    "it": {
        (12540, "EUR"): ("cento venticinque euro e quaranta centesimi", "125 euro e 40 centesimi"),
        (100, "EUR"): ("un euro", "1 euro"),
        (101, "EUR"): ("un euro e un centesimo", "1 euro e 1 centesimo"),
        (18000, "USD"): ("centottanta dollari", "180 dollari"),
        (100, "GBP"): ("una sterlina", "1 sterlina"),
        (1, "JPY"): ("uno yen", "1 yen"),
        (100000000, "EUR"): ("un milione di euro", "1.000.000 di euro"),
        (200, "CAD"): ("due dollari canadesi", "2 dollari canadesi"),
        (12540, "CHF"): ("cento venticinque virgola quattro zero ci acca effe", "125,40 C H F"),
    },
    "pt": {
        (12540, "BRL"): ("cento e vinte e cinco reais e quarenta centavos", "125 reais e 40 centavos"),
        (100, "BRL"): ("um real", "1 real"),
        (101, "BRL"): ("um real e um centavo", "1 real e 1 centavo"),
        (0, "BRL"): ("zero reais", "0 reais"),
        (10000, "USD"): ("cem dólares", "100 dólares"),
        (200, "GBP"): ("duas libras", "2 libras"),
        (122200, "GBP"): ("mil duzentas e vinte e duas libras", "1.222 libras"),
        (100000000, "BRL"): ("um milhão de reais", "1.000.000 de reais"),
        (200, "JPY"): ("duzentos ienes", "200 ienes"),
        (12540, "CHF"): ("cento e vinte e cinco vírgula quatro zero cê agá efe", "125,40 C H F"),
    },
    "pl": {
        (100, "PLN"): ("jeden złoty", "1 złoty"),
        (201, "PLN"): ("dwa złote i jeden grosz", "2 złote i 1 grosz"),
        (503, "PLN"): ("pięć złotych i trzy grosze", "5 złotych i 3 grosze"),
        (1222, "PLN"): ("dwanaście złotych i dwadzieścia dwa grosze", "12 złotych i 22 grosze"),
        (2112, "PLN"): ("dwadzieścia jeden złotych i dwanaście groszy", "21 złotych i 12 groszy"),
        (11400, "PLN"): ("sto czternaście złotych", "114 złotych"),
        (100, "EUR"): ("jedno euro", "1 euro"),
        (400, "USD"): ("cztery dolary", "4 dolary"),
        (12540, "CHF"): ("sto dwadzieścia pięć przecinek cztery zero ce ha ef", "125,40 C H F"),
    },
}

# what is said, and how it is written
DATES = {
    "es": ("primero de diciembre de dos mil veintiséis", "1 de diciembre de 2026"),
    "fr": ("premier décembre deux mille vingt-six", "1er décembre 2026"),
    "it": ("primo dicembre due mila ventisei", "1º dicembre 2026"),
    "pt": ("primeiro de dezembro de dois mil e vinte e seis", "1º de dezembro de 2026"),
    "pl": ("pierwszego grudnia dwa tysiące dwudziestego szóstego roku", "1 grudnia 2026"),
}


def words(ids: Ids, language: str) -> str:
    return " ".join(CATALOGUE.text(prompt_id, language) for prompt_id in ids)


@pytest.mark.parametrize(
    ("language", "number", "said"), [(name, *row) for name, rows in NUMBERS.items() for row in rows.items()]
)
def test_a_number_is_counted_as_people_count(language: str, number: int, said: str) -> None:
    assert words(LANGUAGES[language].integer(number), language) == said


@pytest.mark.parametrize(
    ("language", "amount", "said"), [(name, *row) for name, rows in AMOUNTS.items() for row in rows.items()]
)
def test_an_amount_agrees_with_its_coins(language: str, amount: tuple[int, str], said: tuple[str, str]) -> None:
    spoken = render((Money(*amount),), language, CATALOGUE)
    assert (words(spoken.ids, language), spoken.text) == said


@pytest.mark.parametrize(("language", "said"), DATES.items())
def test_the_first_of_a_month_has_a_name_of_its_own(language: str, said: tuple[str, str]) -> None:
    spoken = render((date(2026, 12, 1),), language, CATALOGUE)
    assert (words(spoken.ids, language), spoken.text) == said


@pytest.mark.parametrize(
    ("number", "text"), [("3", "3"), ("-2", "minus 2"), ("0.50", "0.5"), ("1234.05", "1,234.05"), ("1E+3", "1,000")]
)
def test_a_number_of_a_flow_is_said_with_its_decimals(number: str, text: str) -> None:
    assert render((Decimal(number),), "en", CATALOGUE).text == text


def test_a_trillion_of_anything_cannot_be_said() -> None:
    for thing in (Money(10**14, "USD"), Decimal(10**12)):
        with pytest.raises(AmountTooLarge, match="below one trillion"):
            render((thing,), "es", CATALOGUE)


LIAISONS = {
    1: "n-1 euro-n",
    2: "n-2 euros-z",
    6: "n-6-c euros-z",
    8: "n-8 euros",
    9: "n-9 euros",
    10: "n-10-c euros-z",
    11: "n-11 euros",
    18: "n-18 euros",
    20: "n-20 euros-t",
    21: "n-21 euros-n",
    22: "n-22 euros-z",
    30: "n-30 euros",
    71: "n-71 euros",
    72: "n-72 euros",
    76: "n-76 euros",
    80: "n-80 euros-z",
    81: "n-81 euros-n",
    90: "n-90-c euros-z",
    100: "n-100 euros-t",
    120: "n-100 n-20 euros-t",
    200: "n-200 euros-z",
    1000: "thousand euros",
    1100: "thousand n-100 euros-t",
}


@pytest.mark.parametrize(("number", "ids"), LIAISONS.items())
def test_french_numbers_are_joined_to_euros(number: int, ids: str) -> None:
    assert render((Money(number * 100, "EUR"),), "fr", CATALOGUE).ids == tuple(ids.split())


@pytest.mark.parametrize(("number", "ids"), {6: "n-6-c", 8: "n-8-c", 26: "n-26-c", 70: "n-70-c", 76: "n-76"}.items())
def test_french_numbers_shorten_before_dollars(number: int, ids: str) -> None:
    assert render((Money(number * 100, "USD"),), "fr", CATALOGUE).ids == (ids, "dollars")


NUMBERS_OF = {"it": 999}  # above, num2words leaves out an o where nobody does


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@given(st.data())
def test_numbers_are_those_of_num2words(language: str, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, NUMBERS_OF.get(language, 999_999_999)))
    said = words(LANGUAGES[language].integer(number), language)
    assert letters(said, language) == letters(
        num2words(number, lang={"pt": "pt_BR"}.get(language, language)), language
    )


# what is written otherwise, or not said everywhere; num2words says treinta y uno mil and dicotto, which is wrong
_HEARD = {
    "en": ((" and ", " "),),
    "es": (("veintiuno mil", "veintiún mil"), (" uno mil", " un mil")),
    "fr": (("s ", " "),),
    "it": (("tré", "tre"), ("diciotto", "dicotto")),
    "pl": ((" jeden tysiąc", " tysiąc"), (" jeden milion ", " milion "), ("sześcset", "sześćset")),
    "pt": ((" e ", " "), ("catorze", "quatorze")),
}


def letters(text: str, language: str) -> str:
    """What is heard of it."""
    plain = f" {text} ".replace("-", " ").replace(",", "")
    for written, heard in _HEARD[language]:
        plain = plain.replace(written, heard)
    return plain.replace(" ", "")
