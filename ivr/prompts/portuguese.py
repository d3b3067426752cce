"""Amounts, dates and digits in Brazilian Portuguese. See sounds/numbers-pt.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from ivr.prompts.spoken import Coins, Ids, Language, Noun, Spoken, Words

_CENTAVO = Noun("cent", "cents")


class Portuguese(Language):
    """One, two and the hundreds agree with the noun, `e` joins what is small, `de` follows a round million."""

    locale = "pt_BR"
    currencies: ClassVar[Mapping[str, Coins]] = {
        "USD": Coins(Noun("dollar", "dollars"), _CENTAVO),
        "CAD": Coins(Noun("canadian-dollar", "canadian-dollars"), _CENTAVO),
        "AUD": Coins(Noun("australian-dollar", "australian-dollars"), _CENTAVO),
        "EUR": Coins(Noun("euro", "euros"), _CENTAVO),
        "GBP": Coins(Noun("pound", "pounds", "f"), Noun("penny", "pence")),
        "MXN": Coins(Noun("mexican-peso", "mexican-pesos"), _CENTAVO),
        "BRL": Coins(Noun("brazilian-real", "brazilian-reais"), _CENTAVO),
        "PLN": Coins(Noun("polish-zloty", "polish-zlotys"), Noun("grosz", "groszy")),
        "JPY": Coins(Noun("yen", "yens")),
    }

    def integer(self, number: int) -> Ids:
        """Cento e vinte e um."""
        return _number(number, "m")

    def counted(self, number: int, noun: Noun) -> Ids:
        """Um real, duas libras, um milhão de reais."""
        round_million = number and number % 10**6 == 0
        name = noun.one if number == 1 else f"{noun.many}-of" if round_million else noun.many
        return (*_number(number, noun.gender), name)

    def day(self, day: date) -> Words:
        """1º de dezembro de 2026, said primeiro."""
        nth = Spoken(("nth-1",), "1º") if day.day == 1 else Spoken((f"n-{day.day}",), str(day.day))
        return nth, f"month-{day.month}", Spoken(self.integer(day.year), str(day.year))


def _number(number: int, gender: str) -> Ids:
    for scale, one, many in ((10**9, "billion", "billions"), (10**6, "million", "millions")):
        if number >= scale:
            count, rest = divmod(number, scale)
            return _joined(_number(count, "m"), one if count == 1 else many, rest, gender)
    thousands, rest = divmod(number, 1000)
    if thousands:
        return _joined(_number(thousands, gender) if thousands > 1 else (), "thousand", rest, gender)
    return _below_a_thousand(rest, gender)


def _joined(count: Ids, scale: str, rest: int, gender: str) -> Ids:
    """`dois mil duzentos e dez`, but `dois mil e dez`, `dois mil e duzentos`, `um milhão e duzentos mil`."""
    if not rest:
        return (*count, scale)
    last = next(rest // unit for unit in (10**6, 1000, 1) if rest % unit == 0)
    small = last < 100 or (last < 1000 and last % 100 == 0)
    return (*count, f"{scale}-and" if small else scale, *_number(rest, gender))


def _below_a_thousand(number: int, gender: str) -> Ids:
    feminine = "-f" if gender == "f" else ""
    hundreds, rest = divmod(number, 100)
    agrees = rest % 10 in (1, 2) and rest not in (11, 12)
    last = (f"n-{rest}{feminine if agrees else ''}",) if rest or not hundreds else ()
    if not hundreds:
        return last
    return (f"n-{hundreds}00{feminine if hundreds > 1 else ''}{'-and' if rest else ''}", *last)
