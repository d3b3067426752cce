"""Amounts, dates and digits in Latin American Spanish. See sounds/numbers-es.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from ivr.prompts.spoken import Coins, Ids, Language, Noun, Spoken, Words

_CENTAVO = Noun("cent", "cents")


class Spanish(Language):
    """`uno` becomes `un` or `una` before a noun, `cien` `ciento` before more; `de` follows a round million."""

    locale = "es"
    currencies: ClassVar[Mapping[str, Coins]] = {
        "USD": Coins(Noun("dollar", "dollars"), _CENTAVO),
        "CAD": Coins(Noun("canadian-dollar", "canadian-dollars"), _CENTAVO),
        "AUD": Coins(Noun("australian-dollar", "australian-dollars"), _CENTAVO),
        "EUR": Coins(Noun("euro", "euros"), Noun("euro-cent", "euro-cents")),
        "GBP": Coins(Noun("pound", "pounds", "f"), Noun("penny", "pence")),
        "MXN": Coins(Noun("mexican-peso", "mexican-pesos"), _CENTAVO),
        "BRL": Coins(Noun("brazilian-real", "brazilian-reais"), _CENTAVO),
        "PLN": Coins(Noun("polish-zloty", "polish-zlotys"), Noun("grosz", "groszy")),
        "JPY": Coins(Noun("yen", "yens")),
    }

    def integer(self, number: int) -> Ids:
        """Ciento veintiuno."""
        return _below_a_trillion(number, "")

    def counted(self, number: int, noun: Noun) -> Ids:
        """Veintiún dólares, veintiuna libras, un millón de dólares."""
        round_million = number and number % 10**6 == 0
        name = noun.one if number == 1 else f"{noun.many}-of" if round_million else noun.many
        return (*_below_a_trillion(number, noun.gender), name)

    def day(self, day: date) -> Words:
        """1 de diciembre de 2026, said primero."""
        nth = "nth-1" if day.day == 1 else f"n-{day.day}"
        return Spoken((nth,), str(day.day)), f"month-{day.month}", Spoken(self.integer(day.year), str(day.year))


def _below_a_trillion(number: int, gender: str) -> Ids:
    """`gender` is that of the noun behind, "" if there is none."""
    millions, rest = divmod(number, 10**6)
    if not millions:
        return _below_a_million(rest, gender)
    name = "million" if millions == 1 else "millions"
    return (*_below_a_million(millions, "m"), name, *(_below_a_million(rest, gender) if rest else ()))


def _below_a_million(number: int, gender: str) -> Ids:
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_a_thousand(rest, gender)
    many = _below_a_thousand(thousands, "m" if gender != "f" else "f") if thousands > 1 else ()
    return (*many, "thousand", *(_below_a_thousand(rest, gender) if rest else ()))


def _below_a_thousand(number: int, gender: str) -> Ids:
    hundreds, rest = divmod(number, 100)
    one = f"-{gender}" if gender and rest % 10 == 1 and rest != 11 else ""
    last = (f"n-{rest}{one}",) if rest or not hundreds else ()
    if not hundreds:
        return last
    if hundreds == 1:
        return ("n-100-and" if rest else "n-100", *last)
    return (f"n-{hundreds}00{'-f' if gender == 'f' else ''}", *last)
