"""What may stand in a flow as a value: names, durations, ranges, keys and prompts. Every error says what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, JsonValue, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from ivr.flow.call import Value, Variables
from ivr.flow.errors import MissingVariable
from ivr.flow.problems import Code, quoted, shown
from ivr.flow.spoken import Part, Prompt, SpokenDigits
from ivr.money import Money
from pci.contract import PromptId

# The closed set of what a flow may name. There is no name for anything that a caller keys on the card line.
TextVariable = Literal["account_number"]
SavedVariable = Literal["account_number", "amount", "day"]
MoneyVariable = Literal["invoice.amount", "amount"]
SpokenMoney = Literal["invoice.amount", "amount", "paid.amount"]
Variable = Literal["account_number", "amount", "day", "invoice", "paid"]
_TAKEN = frozenset(
    {"account_number", "amount", "day", "hours", "invoice", "paid", "stored_card", "language"}
    | {"and", "or", "not", "true", "false"}
)
_NEEDED: dict[SpokenMoney, Variable] = {"invoice.amount": "invoice", "amount": "amount", "paid.amount": "paid"}

_OF_CARD = r"(card|pan|cvv|cvc|expiry|expiration|security[._-]code)"
_CARD = re.compile(rf"(^|[._-]){_OF_CARD}", re.IGNORECASE)

# A card number has 12 digits or more: what could hold one is asked for by the card side and by nobody else.
MOST_KEYS = 11
MOST_SPOKEN = 4  # of a number about a person: enough to know it by, as with a card
LONGEST_VALUE = 200

_NAME = r"[a-z][a-z0-9_-]{0,63}"
_VARIABLE = r"[a-z][a-z0-9_]{0,63}"
_PURPOSE = r"[a-z]([a-z-]{0,18}[a-z])?"  # no digits: it becomes part of a reference
_LANGUAGE = r"[a-z]{2}"
_DIALLED = r"\+?[0-9*#]{1,20}"
_KEY = r"[0-9*#]"
_SECONDS = r"[0-9]{1,4}(\.[0-9]{1,3})?s"
_RANGE = r"([0-9]{1,3})(?:\.\.([0-9]{1,3}))?"
_NUMBER = r"-?[0-9]{1,12}(\.[0-9]{1,6})?"


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
    if isinstance(value, str) and not re.fullmatch(_NAME, value):
        raise ValueError(f"{quoted(value)} is not a name; write small letters, digits and dashes, as in pay-invoice")
    return value


def _purpose(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_PURPOSE, value):
        mend = "write small letters and dashes, at most 20, as in donation"
        raise ValueError(f"{quoted(value)} cannot be a reference; {mend}")
    return value


def _api(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_NAME, value):
        what, mend = "cannot name an api", "write the name of a section [apis.NAME] of ivr.toml, as in crm"
        problem = {"code": Code.ADDRESS_IN_FLOW, "what": f"{quoted(value)} {what}", "mend": mend}
        raise PydanticCustomError("problem", "problem", problem)
    return value


def _language(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_LANGUAGE, value):
        raise ValueError(f"{quoted(value)} is not a language; write its two letters, as in en or es")
    return value


def check_number(value: object) -> object:
    """The value, if it can be dialled; ValueError with what to write if not."""
    if isinstance(value, str) and not re.fullmatch(_DIALLED, value):
        raise ValueError(
            f'{quoted(value)} is not a dialled number; write digits in quotes, as in "1000" or "+15551230000"'
        )
    return value


def _key(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_KEY, value):
        raise ValueError(f"{quoted(value)} is not a key of a telephone; write one of 0 to 9, * or #")
    return value


def _seconds(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(_SECONDS, value):
        raise ValueError(f"{quoted(value)} is not a duration; write seconds, as in 20s")
    return float(value.removesuffix("s"))


def _key_range(value: object) -> object:
    if isinstance(value, KeyRange):
        return value
    match = re.fullmatch(_RANGE, value) if isinstance(value, str) else None
    if not match:  # pydantic would take {least: 13, most: 19} too, which is a card number
        raise ValueError(f"{shown(value)} is not a number of digits; write 8, or from and to, as in 6..10")
    least, most = int(match[1]), int(match[2] or match[1])
    if not 1 <= least <= most:
        raise ValueError(f"{quoted(value)} is not a range; write the smaller number first, from 1 on, as in 6..10")
    if most > MOST_KEYS:
        raise ValueError(
            f"{most} digits could be a card number; write at most {MOST_KEYS}, and use pay to ask for a card"
        )
    return KeyRange(least, most)


def of_card(word: str) -> str:
    """What to tell someone who names a part of a card; nothing for other words."""
    return f"{quoted(word)} is the card's and has no name in a flow; leave it to pay" if _CARD.search(word) else ""


def _variable(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value in _TAKEN:
        raise ValueError(f"{quoted(value)} has a meaning already; choose another name")
    if told := of_card(value):
        raise ValueError(told)
    if not re.fullmatch(_VARIABLE, value):
        mend = "write small letters, digits and underscores, as in times_asked"
        raise ValueError(f"{quoted(value)} cannot name a variable; {mend}")
    return value


def read_value(written: object) -> Value:
    """What a variable begins with: a number, yes or no (true, false), else a text."""
    text = str(written)
    if text in ("true", "false"):
        return text == "true"
    if len(text) > LONGEST_VALUE:
        raise ValueError(f"{quoted(text)} is too long; write at most {LONGEST_VALUE} characters")
    return Decimal(text) if re.fullmatch(_NUMBER, text) else text


def _value(written: object) -> object:
    if not isinstance(written, str):
        raise ValueError("this is no value; write a number, true, false or a text")
    return read_value(written)


def listed(value: object) -> object:
    """A single word or mapping as a list of one, so that both can be written."""
    return [value] if isinstance(value, str | dict) else value


_FEW = r"(?:[1-9]|1[01])"  # 1 to MOST_KEYS
_DIGITS: dict[str, JsonValue] = {
    "type": ["string", "integer"],
    "pattern": rf"^{_FEW}(?:\.\.{_FEW})?$",
    "minimum": 1,
    "maximum": MOST_KEYS,
}
_FREE_VARIABLE = rf"(?!({'|'.join(sorted(_TAKEN))})$)(?!(.*_)?{_OF_CARD}){_VARIABLE}"
STEP_NAME = f"^{_NAME}$"


def _written(pattern: str, *types: str) -> WithJsonSchema:
    """How a value is written, for editors; YAML reads what looks like a number as a number there."""
    return WithJsonSchema({"type": ["string", *types] if types else "string", "pattern": f"^({pattern})$"})


Name = Annotated[str, BeforeValidator(check_name), _written(_NAME)]
StepName = Annotated[str, _written(_NAME)]  # whether there is such a step is told better than its spelling
VariableName = Annotated[str, BeforeValidator(_variable), _written(_FREE_VARIABLE)]
Purpose = Annotated[str, BeforeValidator(_purpose), _written(_PURPOSE)]
AnyVariable = Annotated[str, _written(rf"{_VARIABLE}(\.{_VARIABLE})?")]  # as for StepName
ApiName = Annotated[str, BeforeValidator(_api), _written(_NAME)]
Language = Annotated[str, BeforeValidator(_language), _written(_LANGUAGE)]
DialledNumber = Annotated[str, BeforeValidator(check_number), _written(_DIALLED, "integer")]
Key = Annotated[str, BeforeValidator(_key), _written(_KEY)]
Seconds = Annotated[float, BeforeValidator(_seconds), _written(_SECONDS)]
Digits = Annotated[KeyRange, BeforeValidator(_key_range), WithJsonSchema(_DIGITS)]
OwnValue = Annotated[
    Value,
    BeforeValidator(_value),
    WithJsonSchema({"type": ["string", "number", "boolean"], "maxLength": LONGEST_VALUE}),
]


class MoneyPart(Written):
    """An amount, spoken in the language of the call: `{money: invoice.amount}`."""

    money: SpokenMoney = Field(description="the amount that is spoken")

    @property
    def needs(self) -> Variable:
        """What must be known."""
        return _NEEDED[self.money]


class NumberPart(Written):
    """A number that the flow counted or computed: `{number: times_asked}`."""

    number: VariableName = Field(description="a variable of the flow's own that is a number")
    needs: ClassVar[None] = None


class DigitsPart(Written):
    """The last digits of a number, spoken one by one: `{last_digits: account_number}`."""

    last_digits: TextVariable = Field(description=f"the number; its last {MOST_SPOKEN} digits are spoken")

    @property
    def needs(self) -> Variable:
        """What must be known."""
        return self.last_digits


class DatePart(Written):
    """A day, spoken in the language of the call: `{date: invoice.due}`. An invoice may have none: nothing is said."""

    date: Literal["invoice.due", "day"] = Field(description="the day that is spoken")

    @property
    def needs(self) -> Variable:
        """What must be known."""
        return "day" if self.date == "day" else "invoice"


def _kind(value: object) -> str | None:
    if isinstance(value, dict):
        return next(
            (
                kind
                for key, kind in (("last_digits", "digits"), ("date", "date"), ("number", "number"))
                if key in value
            ),
            "money",
        )
    return "prompt" if isinstance(value, str) else None


Sayable = str | MoneyPart | DigitsPart | DatePart | NumberPart
Spoken = Annotated[
    Annotated[PromptId, Tag("prompt")]
    | Annotated[MoneyPart, Tag("money")]
    | Annotated[DigitsPart, Tag("digits")]
    | Annotated[DatePart, Tag("date")]
    | Annotated[NumberPart, Tag("number")],
    Discriminator(_kind),
]
Speech = Annotated[tuple[Spoken, ...], BeforeValidator(listed)]


def speech(parts: Iterable[Sayable], variables: Variables) -> Prompt:
    """What is said now: each variable replaced by its value. MissingVariable if it has none yet."""
    return tuple(said for part in parts if (said := _part(part, variables)) is not None)


def _part(part: Sayable, variables: Variables) -> Part | None:
    match part:
        case str():
            return part
        case MoneyPart() if (amount := _money(part.money, variables)) is not None:
            return amount
        case DatePart(date="day") if variables.day is not None:
            return variables.day
        case DatePart(date="invoice.due") if variables.invoice is not None:
            return variables.invoice.due
        case NumberPart():
            return cast(Decimal, variables.own[part.number])  # the lints saw that it is one
        case DigitsPart() if variables.account_number:
            return SpokenDigits(variables.account_number[-MOST_SPOKEN:])
    raise MissingVariable(part.needs)


def _money(name: SpokenMoney, variables: Variables) -> Money | None:
    known = {
        "amount": variables.amount,
        "invoice.amount": variables.invoice.amount if variables.invoice else None,
        "paid.amount": variables.paid.total if variables.paid else None,
    }
    return known[name]
