"""What may stand in a flow as a value: names, durations, ranges, keys and prompts. Every error says what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Tag

from ivr.flow.call import Part, Prompt, Variables
from ivr.flow.errors import MissingVariable
from ivr.flow.problems import quoted
from pci.contract import PromptId

# The closed set of what a flow may name. There is no name for anything that a caller keys on the card line.
TextVariable = Literal["account_number"]
MoneyVariable = Literal["invoice.amount"]
Variable = Literal["account_number", "invoice", "paid"]

# A card number has 12 digits or more: what could hold one is asked for by the card side and by nobody else.
MOST_KEYS = 12


class Written(BaseModel):
    """Base of what is read from YAML: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class KeyRange:
    """From `least` to `most` keys."""

    least: int
    most: int


def check_name(value: object) -> object:
    """The value, if it can name a flow or a step; ValueError with what to write if not."""
    if isinstance(value, str) and not re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", value):
        raise ValueError(f"{quoted(value)} is not a name; write small letters, digits and dashes, as in pay-invoice")
    return value


def _language(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[a-z]{2}", value):
        raise ValueError(f"{quoted(value)} is not a language; write its two letters, as in en or es")
    return value


def _number(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\+?[0-9*#]{1,20}", value):
        raise ValueError(
            f'{quoted(value)} is not a dialled number; write digits in quotes, as in "1000" or "+15551230000"'
        )
    return value


def _key(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9*#]", value):
        raise ValueError(f"{quoted(value)} is not a key of a telephone; write one of 0 to 9, * or #")
    return value


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?s", value, re.ASCII):
        raise ValueError(f"{quoted(value)} is not a duration; write seconds, as in 20s")
    return float(value.removesuffix("s"))


def _key_range(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"([0-9]{1,3})(?:\.\.([0-9]{1,3}))?", value, re.ASCII)
    if not match:
        raise ValueError(f"{quoted(value)} is not a number of digits; write 8, or from and to, as in 6..10")
    least, most = int(match[1]), int(match[2] or match[1])
    if not 1 <= least <= most:
        raise ValueError(f"{quoted(value)} is not a range; write the smaller number first, from 1 on, as in 6..10")
    if most > MOST_KEYS:
        raise ValueError(
            f"{most} digits could be a card number; write at most {MOST_KEYS}, and use pay to ask for a card"
        )
    return KeyRange(least, most)


def listed(value: object) -> object:
    """A single word or mapping as a list of one, so that both can be written."""
    return [value] if isinstance(value, str | dict) else value


Name = Annotated[str, BeforeValidator(check_name)]
Language = Annotated[str, BeforeValidator(_language)]
DialledNumber = Annotated[str, BeforeValidator(_number)]
Key = Annotated[str, BeforeValidator(_key)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Digits = Annotated[KeyRange, BeforeValidator(_key_range)]


class MoneyPart(Written):
    """An amount, spoken in the language of the call: `{money: invoice.amount}`."""

    money: MoneyVariable


def _kind(value: object) -> str | None:
    if isinstance(value, dict | MoneyPart):
        return "money"
    return "prompt" if isinstance(value, str) else None


Spoken = Annotated[Annotated[PromptId, Tag("prompt")] | Annotated[MoneyPart, Tag("money")], Discriminator(_kind)]
Speech = Annotated[tuple[Spoken, ...], BeforeValidator(listed)]


def speech(parts: Iterable[str | MoneyPart], variables: Variables) -> Prompt:
    """What is said now: each variable replaced by its value. MissingVariable if it has none yet."""
    return tuple(_part(part, variables) for part in parts)


def _part(part: str | MoneyPart, variables: Variables) -> Part:
    if isinstance(part, str):
        return part
    if variables.invoice is None:
        raise MissingVariable(part.money)
    return variables.invoice.amount
