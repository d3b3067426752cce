"""Amounts, dates and digits in French. See sounds/numbers-fr.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from ivr.prompts.spoken import Coins, Ids, Language, Noun, Spoken, Words

_CENT = Noun("cent", "cents")
_CENTAVO = Noun("centavo", "centavos")
_VOWEL = "vowel"  # the gender of a masculine noun that is joined to the number by its last consonant: deux‿euros
_SHORT = frozenset({6, 8, 10, 18})  # last words that lose their last consonant before another
_LIAISONS = {1: "n", 2: "z", 3: "z", 6: "z", 10: "z"}  # last words that give one to a vowel


class French(Language):
    """Six, huit and dix end in a vowel before a consonant, euros take the liaison, `de` follows a round million."""

    locale = "fr"
    currencies: ClassVar[Mapping[str, Coins]] = {
        "USD": Coins(Noun("dollar", "dollars"), _CENT),
        "CAD": Coins(Noun("canadian-dollar", "canadian-dollars"), _CENT),
        "AUD": Coins(Noun("australian-dollar", "australian-dollars"), _CENT),
        "EUR": Coins(Noun("euro", "euros", _VOWEL), Noun("euro-cent", "euro-cents")),
        "GBP": Coins(Noun("pound", "pounds", "f"), Noun("penny", "pence")),
        "MXN": Coins(Noun("mexican-peso", "mexican-pesos"), _CENTAVO),
        "BRL": Coins(Noun("brazilian-real", "brazilian-reais"), _CENTAVO),
        "PLN": Coins(Noun("polish-zloty", "polish-zlotys"), Noun("grosz", "groszy")),
        "JPY": Coins(Noun("yen", "yens")),
    }

    def integer(self, number: int) -> Ids:
        """Cent vingt et un."""
        for scale, one, many in ((10**9, "billion", "billions"), (10**6, "million", "millions")):
            if number >= scale:
                count, rest = divmod(number, scale)
                ids = (*_before_a_consonant(self.integer(count)), one if count == 1 else many)
                return (*ids, *(self.integer(rest) if rest else ()))
        thousands, rest = divmod(number, 1000)
        if not thousands:
            return _below_a_thousand(rest)
        many_of = _before_a_consonant(_below_a_thousand(thousands)) if thousands > 1 else ()
        return (*many_of, "thousand", *(_below_a_thousand(rest) if rest else ()))

    def counted(self, number: int, noun: Noun) -> Ids:
        """Une livre, zéro dollar, deux euros, un million de dollars, un million d'euros."""
        ids = self.integer(number)
        name = noun.one if number < 2 else noun.many
        if number and number % 10**6 == 0:
            return (*ids, f"{noun.many}-of")
        if noun.gender == _VOWEL:
            return _with_liaison(ids, number % 1000, name)
        if noun.gender == "f" and number % 10 == 1 and number % 100 not in (11, 71, 91):
            return (*ids[:-1], f"{ids[-1]}-f", name)
        return (*_before_a_consonant(ids), name)

    def day(self, day: date) -> Words:
        """1er décembre 2026, said premier; without an article."""
        nth = Spoken(("nth-1",), "1er") if day.day == 1 else Spoken((f"n-{day.day}",), str(day.day))
        return nth, f"month-{day.month}", Spoken(self.integer(day.year), str(day.year))


def _below_a_thousand(number: int) -> Ids:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return (f"n-{rest}",)
    return (f"n-{hundreds}00", *((f"n-{rest}",) if rest else ()))


def _last_word(number: int) -> int:
    """What a number below a hundred ends in: soixante-dix in dix, quatre-vingt-un in un."""
    if number >= 60:
        return number % 20
    return number if number <= 20 else number % 10


_BEFORE_A_CONSONANT = {f"n-{number}": f"n-{number}-c" for number in range(100) if _last_word(number) in _SHORT}


def _before_a_consonant(ids: Ids) -> Ids:
    return (*ids[:-1], _BEFORE_A_CONSONANT.get(ids[-1], ids[-1]))


def _with_liaison(ids: Ids, last: int, name: str) -> Ids:
    """A number and a noun that begins with a vowel. `last` are the last three digits of the number."""
    if last == 100 or last % 100 == 20:
        return (*ids, f"{name}-t")
    liaison = "z" if last % 100 in (0, 80) and last else _LIAISONS.get(_last_word(last % 100))
    if not liaison:
        return (*ids, name)
    return (*_before_a_consonant(ids), f"{name}-{liaison}")
