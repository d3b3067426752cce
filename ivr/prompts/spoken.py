"""What a language of the calls is: numbers, amounts, dates and digits as the recordings that say them.

A language says how numbers are counted and what they do to the noun behind them; the rest is the same in all of them.
Its words are in the texts of its recordings and nowhere else: here they are ids. See docs/howto/add-a-language.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from babel.numbers import format_decimal

from ivr.money import Money, exponent
from ivr.prompts.errors import AmountTooLarge

LIMIT = 10**12
Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """`ids` name the recordings in the order they are played; `text` is how a person would write it."""

    ids: Ids
    text: str


Words = tuple["str | Spoken", ...]
"""A phrase: recordings that are written as they are said, and numbers, which are written in figures."""


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted: the recordings of one and of many, and whatever its language must know of it."""

    one: str
    many: str
    gender: str = "m"


@dataclass(frozen=True, slots=True)
class Coins:
    """The larger and the smaller coins of a currency; the recordings of the larger with -and join on the smaller."""

    large: Noun
    small: Noun | None = None


class Language(ABC):
    """Numbers, amounts, dates and digits in one language. `locale` is Babel's, for what is written."""

    locale: ClassVar[str]
    currencies: ClassVar[Mapping[str, Coins]]

    @abstractmethod
    def integer(self, number: int) -> Ids:
        """A whole number from 0 on that stands alone; below LIMIT."""

    @abstractmethod
    def counted(self, number: int, noun: Noun) -> Ids:
        """A whole number from 0 on and what there is so much of; below LIMIT."""

    @abstractmethod
    def day(self, day: date) -> Words:
        """A date with its year."""

    def money(self, amount: Money) -> Words:
        """`125.40 USD` as "125 dollars and 40 cents"; a currency without a name as "125.40 C H F".

        AmountTooLarge from a trillion on.
        """
        sign: Words = ("minus",) if amount.minor < 0 else ()
        digits = exponent(amount.currency)
        whole, part = divmod(abs(amount.minor), 10**digits)
        if whole >= LIMIT:
            raise AmountTooLarge
        if coins := self.currencies.get(amount.currency):
            return sign + self._in_coins(whole, part, coins)
        letters = Spoken(tuple(f"letter-{letter}" for letter in amount.currency.lower()), " ".join(amount.currency))
        return (*sign, self._decimal(whole, f"{part:0{digits}d}" if part else ""), letters)

    def number(self, number: Decimal) -> Words:
        """A number, its decimals one by one; AmountTooLarge from a trillion on."""
        sign: Words = ("minus",) if number < 0 else ()
        whole, _, decimals = f"{abs(number):f}".partition(".")
        if int(whole) >= LIMIT:
            raise AmountTooLarge
        return (*sign, self._decimal(int(whole), decimals.rstrip("0")))

    def digits(self, digits: str) -> Words:
        """`1111` as "1 1 1 1"."""
        return (Spoken(tuple(f"digit-{digit}" for digit in digits), " ".join(digits)),)

    def written(self, number: Decimal, decimals: int = 0) -> str:
        """A number in figures."""
        pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
        return " ".join(format_decimal(number, pattern, locale=self.locale).split())

    def _in_coins(self, whole: int, part: int, coins: Coins) -> Words:
        """Larger and smaller coins by name; a kind of coin of which there are none is left out."""
        if not part or coins.small is None:
            return self._coins(whole, coins.large)
        smaller = self._coins(part, coins.small)
        if not whole:
            return smaller
        *larger, noun = self._coins(whole, coins.large)
        return (*larger, f"{noun}-and", *smaller)

    def _coins(self, number: int, noun: Noun) -> Words:
        *ids, name = self.counted(number, noun)
        return (Spoken(tuple(ids), self.written(Decimal(number))), name)

    def _decimal(self, whole: int, decimals: str) -> Spoken:
        fraction = ("point", *(f"digit-{digit}" for digit in decimals)) if decimals else ()
        return Spoken(self.integer(whole) + fraction, self.written(Decimal(f"{whole}.{decimals}0"), len(decimals)))
