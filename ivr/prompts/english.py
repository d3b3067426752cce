"""Amounts, dates and digits in English, as the recordings that say them. See sounds/numbers-en.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from ivr.prompts.spoken import Coins, Ids, Language, Noun, Spoken, Words

_CENT = Noun("cent", "cents")
_CENTAVO = Noun("centavo", "centavos")
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))


class English(Language):
    """125 is n-100 n-25, 12,000 is n-12 thousand."""

    locale = "en"
    currencies: ClassVar[Mapping[str, Coins]] = {
        "USD": Coins(Noun("dollar", "dollars"), _CENT),
        "CAD": Coins(Noun("canadian-dollar", "canadian-dollars"), _CENT),
        "AUD": Coins(Noun("australian-dollar", "australian-dollars"), _CENT),
        "EUR": Coins(Noun("euro", "euros"), _CENT),
        "GBP": Coins(Noun("pound", "pounds"), Noun("penny", "pence")),
        "MXN": Coins(Noun("mexican-peso", "mexican-pesos"), _CENTAVO),
        "BRL": Coins(Noun("brazilian-real", "brazilian-reais"), _CENTAVO),
        "PLN": Coins(Noun("polish-zloty", "polish-zlotys"), Noun("grosz", "groszy")),
        "JPY": Coins(Noun("yen", "yen")),
    }

    def integer(self, number: int) -> Ids:
        """As a person counts."""
        for scale, name in _SCALES:
            if number >= scale:
                count, rest = divmod(number, scale)
                return (*self.integer(count), name, *(self.integer(rest) if rest else ()))
        hundreds, rest = divmod(number, 100)
        if not hundreds:
            return (f"n-{rest}",)
        return (f"n-{hundreds}00", f"n-{rest}") if rest else (f"n-{hundreds}00",)

    def counted(self, number: int, noun: Noun) -> Ids:
        """One dollar, no dollars and two dollars."""
        return (*self.integer(number), noun.one if number == 1 else noun.many)

    def day(self, day: date) -> Words:
        """December 1, 2026, said December first, twenty twenty-six."""
        return (
            f"month-{day.month}",
            Spoken((f"nth-{day.day}",), f"{day.day},"),
            Spoken(self.year(day.year), str(day.year)),
        )

    def year(self, number: int) -> Ids:
        """A year as it is said: nineteen hundred, nineteen oh five, two thousand one, twenty twenty-six."""
        century, rest = divmod(number, 100)
        if century < 10 or (century % 10 == 0 and rest < 10):
            return self.integer(number)
        if rest == 0:
            return f"n-{century}", "hundred"
        return (f"n-{century}", "oh", f"n-{rest}") if rest < 10 else (f"n-{century}", f"n-{rest}")
