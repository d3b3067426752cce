"""A thing that is said: the recordings to play in a row, and the same as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ivr.money import Money


@dataclass(frozen=True, slots=True)
class Spoken:
    """`ids` name the recordings in the order they are played; `text` is how a person would write it."""

    ids: tuple[str, ...]
    text: str


class Language(Protocol):
    """What a module must offer to be a language of the calls."""

    def money(self, amount: Money) -> Spoken:
        """An amount with its currency; AmountTooLarge from a trillion on."""

    def day(self, day: date) -> Spoken:
        """A date with its year."""

    def digits(self, digits: str) -> Spoken:
        """Digits one by one."""
