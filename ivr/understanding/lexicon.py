"""The words by which callers of one language are understood, and what they mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

Coins = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Lexicon:
    """One language. `ones` are the numbers from 0 on, `tens` those from 20 on, `hundreds` from 100 on.

    `month_names` begin with January, `weekday_names` with Monday; `nth` are numbers that only days of a month have.

    `times` are words for a hundred that multiply what stands before them, up to `most_times`; `score` names what
    multiplies four: quatre-vingts. `wide` are tens that go on up to 19 above them: soixante-dix. `elides`: "one
    twenty" can be a hundred and twenty. `coins` are the larger and the smaller coins of a currency.
    """

    yes: tuple[str, ...]
    no: tuple[str, ...]
    again: tuple[str, ...]
    person: tuple[str, ...]
    ones: tuple[str, ...]
    tens: tuple[str, ...]
    coins: Mapping[str, Coins]
    hundreds: tuple[str, ...] = ()
    also: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    most_times: int = 9
    score: tuple[str, ...] = ()
    wide: tuple[int, ...] = ()
    elides: bool = False
    joins: tuple[str, ...] = ()
    point: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    month_names: tuple[str, ...] = ()
    weekday_names: tuple[str, ...] = ()
    days_ahead: Mapping[str, int] = field(default_factory=dict)
    nth: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Every word that is a number below a thousand."""
        named = {word: value for value, word in enumerate(self.ones)}
        named |= {word: value * 10 for value, word in enumerate(self.tens, start=2)}
        named |= {word: value * 100 for value, word in enumerate(self.hundreds, start=1)}
        return {plain(word): value for word, value in (named | dict(self.also)).items()}

    @cached_property
    def scale_of(self) -> Mapping[str, int]:
        """Every word that is a thousand or more."""
        return {plain(word): value for word, value in self.scales.items()}

    @cached_property
    def months(self) -> Mapping[str, int]:
        """The names of the months."""
        return {plain(word): value for value, word in enumerate(self.month_names, start=1)}

    @cached_property
    def weekdays(self) -> Mapping[str, int]:
        """The names of the days of a week; Monday is 0."""
        return {plain(word): value for value, word in enumerate(self.weekday_names)}

    @cached_property
    def ahead(self) -> Mapping[tuple[str, ...], int]:
        """Today, tomorrow and the day after it, by their words, the most words first."""
        names = {tuple(map(plain, spoken(name))): value for name, value in self.days_ahead.items()}
        return dict(sorted(names.items(), key=lambda name: -len(name[0])))

    @cached_property
    def counting(self) -> Lexicon:
        """The same, in which "third" is a number as "three" is."""
        return replace(self, also={**self.also, **self.nth})

    def digits_said(self) -> tuple[str, ...]:
        """The words that digits are said with."""
        return (
            *self.ones,
            *self.tens,
            *self.hundreds,
            *self.also,
            *self.times,
            *self.score,
            *self.joins,
            *self.twice,
        )

    def amount_said(self, currency: str) -> tuple[str, ...]:
        """The words that amounts of a currency are said with."""
        larger, smaller = self.coins.get(currency, ((), ()))
        return (*self.digits_said(), *self.scales, *self.point, *larger, *smaller)

    def days_said(self) -> tuple[str, ...]:
        """The words that days are said with."""
        named = (*self.month_names, *self.weekday_names, *self.days_ahead, *self.nth)
        return (*self.digits_said(), *self.scales, *named)


_ACCENTS: Final = re.compile("[\u0300-\u036f]")


def plain(word: str) -> str:
    """A word as it is compared: small letters, no accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", word.lower())).replace("’", "'")


def spoken(text: str) -> tuple[str, ...]:
    """The words of a text, as a recogniser tells them: no hyphens, no marks."""
    return tuple(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.lower()))
