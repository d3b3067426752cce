"""Amounts, dates and digits in Italian. See sounds/numbers-it.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from ivr.prompts.spoken import Coins, Ids, Language, Noun, Spoken, Words

_CENTESIMO = Noun("cent", "cents")
_FULL = "full"  # the gender of a noun that takes the whole `uno`: its first sound is a z, a y or the like


class Italian(Language):
    """`cento` loses its o before otto and ottanta, mille becomes mila, `di` follows a round million."""

    locale = "it"
    currencies: ClassVar[Mapping[str, Coins]] = {
        "USD": Coins(Noun("dollar", "dollars"), _CENTESIMO),
        "CAD": Coins(Noun("canadian-dollar", "canadian-dollars"), _CENTESIMO),
        "AUD": Coins(Noun("australian-dollar", "australian-dollars"), _CENTESIMO),
        "EUR": Coins(Noun("euro", "euros"), _CENTESIMO),
        "GBP": Coins(Noun("pound", "pounds", "f"), Noun("penny", "pence")),
        "MXN": Coins(Noun("mexican-peso", "mexican-pesos"), Noun("centavo", "centavos")),
        "BRL": Coins(Noun("brazilian-real", "brazilian-reais"), Noun("centavo", "centavos")),
        "PLN": Coins(Noun("polish-zloty", "polish-zlotys", _FULL), Noun("grosz", "groszy")),
        "JPY": Coins(Noun("yen", "yens", _FULL)),
    }

    def integer(self, number: int) -> Ids:
        """Centoventuno."""
        for scale, one, many in ((10**9, "billion", "billions"), (10**6, "million", "millions")):
            if number >= scale:
                count, rest = divmod(number, scale)
                ids = ("n-1-m", one) if count == 1 else (*self.integer(count), many)
                return (*ids, *(self.integer(rest) if rest else ()))
        thousands, rest = divmod(number, 1000)
        if not thousands:
            return _below_a_thousand(rest)
        ids = ("thousand",) if thousands == 1 else (*_below_a_thousand(thousands), "thousands")
        return (*ids, *(_below_a_thousand(rest) if rest else ()))

    def counted(self, number: int, noun: Noun) -> Ids:
        """Un euro, una sterlina, uno yen, un milione di euro."""
        if number == 1:
            return ("n-1" if noun.gender == _FULL else f"n-1-{noun.gender}", noun.one)
        round_million = number and number % 10**6 == 0
        return (*self.integer(number), f"{noun.many}-of" if round_million else noun.many)

    def day(self, day: date) -> Words:
        """1º dicembre 2026, said primo; without an article, which would change with the day."""
        nth = Spoken(("nth-1",), "1º") if day.day == 1 else Spoken((f"n-{day.day}",), str(day.day))
        return nth, f"month-{day.month}", Spoken(self.integer(day.year), str(day.year))


def _below_a_thousand(number: int) -> Ids:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return (f"n-{rest}",)
    if rest == 8 or 80 <= rest < 90:  # centotto, due centottanta
        return (*((f"n-{hundreds}",) if hundreds > 1 else ()), f"hundred-{rest}")
    return (f"n-{hundreds}00", *((f"n-{rest}",) if rest else ()))
