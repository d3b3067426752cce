"""Amounts, dates and digits in Polish: an example of a language that was added. See docs/howto/add-a-language.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from ivr.prompts.spoken import Coins, Ids, Language, Noun, Spoken, Words

_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))


class Polish(Language):
    """A noun has three forms: 1, then 2 to 4 but not 12 to 14, then all others."""

    locale = "pl"
    currencies: ClassVar[Mapping[str, Coins]] = {
        "PLN": Coins(Noun("polish-zloty", "polish-zlotys"), Noun("grosz", "groszy")),
        "EUR": Coins(Noun("euro", "euros", "n"), Noun("cent", "cents")),
        "USD": Coins(Noun("dollar", "dollars"), Noun("cent", "cents")),
    }

    def integer(self, number: int) -> Ids:
        """Sto dwadzieścia jeden."""
        for scale, name in _SCALES:
            if number >= scale:
                count, rest = divmod(number, scale)
                many = (*self.integer(count), _form(count, name, f"{name}s")) if count > 1 else (name,)
                return (*many, *(self.integer(rest) if rest else ()))
        hundreds, rest = divmod(number, 100)
        last = tuple(f"n-{part}" for part in _parts(rest)) if rest or not hundreds else ()
        return (*((f"n-{hundreds}00",) if hundreds else ()), *last)

    def counted(self, number: int, noun: Noun) -> Ids:
        """Jeden złoty, dwa złote, pięć złotych, dwadzieścia jeden złotych; jedno euro."""
        ids = ("n-1-n",) if number == 1 and noun.gender == "n" else self.integer(number)
        return (*ids, _form(number, noun.one, noun.many))

    def day(self, day: date) -> Words:
        """1 grudnia 2026, said pierwszego grudnia dwa tysiące dwudziestego szóstego roku."""
        return Spoken(_nth(day.day), str(day.day)), f"month-{day.month}", Spoken(self._year(day.year), str(day.year))

    def _year(self, number: int) -> Ids:
        century, rest = divmod(number, 100)
        if not rest:  # roku dwa tysiące
            return ("year", *self.integer(number))
        return (*(self.integer(century * 100) if century else ()), *_nth(rest), "year")


def _form(number: int, one: str, many: str) -> str:
    if number == 1:
        return one
    return f"{one}-few" if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else many


def _parts(number: int) -> tuple[int, ...]:
    """The words of a number below a hundred: dwadzieścia, jeden."""
    if number < 20 or number % 10 == 0:
        return (number,)
    return (number - number % 10, number % 10)


def _nth(number: int) -> Ids:
    return tuple(f"nth-{part}" for part in _parts(number))
