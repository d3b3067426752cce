"""What can be said to a caller: prompts, and values that are spoken in the language of the call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ivr.money import Money
from pci.contract import Brand


@dataclass(frozen=True, slots=True)
class SpokenDigits:
    """Digits read one by one, such as the last four of a card."""

    digits: str


@dataclass(frozen=True, slots=True)
class SpokenBrand:
    """The name of a card brand."""

    brand: Brand


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """A telephone number, read in groups of at most four digits. It is in no repr and in no log."""

    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SpokenIn:
    """Prompts in a language of their own, whatever that of the call is: each choice of a language is offered so."""

    language: str
    prompts: tuple[str, ...]


# a part of a prompt: a prompt id, or a value that is spoken in the language of the call
Part = str | Money | date | Decimal | SpokenDigits | SpokenNumber | SpokenBrand | SpokenIn
Prompt = tuple[Part, ...]
