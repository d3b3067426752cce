"""The dialogue tests of a flow, as they are written in the file beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from ivr.addresses import is_e164
from ivr.flow.answer import read_json
from ivr.flow.engine import Ending
from ivr.flow.model import Flow
from ivr.flow.problems import quoted
from ivr.flow.values import DialledNumber, Language, Written, listed
from ivr.rehearsal.cards import CARDS, Keyed
from ivr.rehearsal.ledger import BillState, Entry, Kept
from ivr.rehearsal.lines import WrittenLine
from pci.contract import ChargeState


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return datetime.strptime(value, "%Y-%m-%d %H:%M")
    except ValueError:
        raise ValueError(f"{quoted(value)} is no time; write day and time, as in 2026-12-25 10:00") from None


Moment = Annotated[datetime, BeforeValidator(_moment)]
Words = Annotated[tuple[str, ...], BeforeValidator(listed)]
_Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _answer(value: object) -> object:
    if isinstance(value, str):
        try:
            read_json(value.encode())
        except ValueError as error:
            raise ValueError(f'{error}; write it in single quotes, as in \'{{"number": "INV-1"}}\'') from None
    return value


Answer = Annotated[str, BeforeValidator(_answer)]


class BillRow(Written):
    """A bill, with the columns of a file of bills, and where it stands when a call begins."""

    account: _Filled
    reference: _Filled
    amount: _Filled
    currency: _Filled
    due: str = ""
    mobile: str = ""
    email: str = ""
    state: BillState = BillState.OPEN


def _test_card(value: object) -> object:
    if value not in [name for name, card in CARDS.items() if isinstance(card, Keyed)]:
        raise ValueError(f"there is no test card {quoted(value)} to keep; write one such as approved")
    return value


class CardRow(Written):
    """A card that an account keeps when a call begins."""

    account: _Filled = Field(description="the account that keeps it")
    card: Annotated[str, BeforeValidator(_test_card)] = Field(description="the test card: what the bank will answer")
    expired: bool = Field(default=False, description="whether it has expired")


class Expected(Written):
    """What must be so after the call; what is not named may be as it likes."""

    ends: Ending = Field(default=Ending.COMPLETED, description="`completed`: the flow ended the call")
    outcomes: dict[str, str] = Field(default={}, description="step and the outcome that it had last")
    never_hears: Words = Field(default=(), description="prompts or words that must not be said")
    charges: Annotated[tuple[ChargeState, ...] | None, BeforeValidator(listed)] = Field(
        default=None, description="what the bank answered, charge by charge; `[]` for: it was never asked"
    )
    ledger: dict[str, BillState] = Field(default={}, description="bill by its reference, and where it stands")
    texts: Annotated[tuple[str, ...] | None, BeforeValidator(listed)] = Field(
        default=None, description="the text messages, word for word; `[]` for none"
    )
    stored_cards: dict[str, str] = Field(
        default={}, description="account and the last four digits of the card that it keeps, or `none`"
    )
    requests: Annotated[tuple[str, ...] | None, BeforeValidator(listed)] = Field(
        default=None, description="what was written down for a person, such as `callback 5550100 morning callback`"
    )
    emails: Annotated[tuple[str, ...] | None, BeforeValidator(listed)] = Field(
        default=None, description="the subjects of the e-mails, word for word; `[]` for none"
    )


def _caller(value: object) -> object:
    if isinstance(value, str) and not is_e164(value):
        raise ValueError(f"{quoted(value)} is not a number that calls; write + and the country code, in quotes")
    return value


class Case(Written):
    """One call: what happens, and what is expected of it."""

    dials: DialledNumber = Field(default="", description="the dialled number, if the flow answers several")
    at: Moment | None = Field(default=None, description="when: `2026-12-25 10:00`, by the clock of the flow's hours")
    calls_from: Annotated[str, BeforeValidator(_caller)] = Field(
        default="", description="the number that calls, as in `+15550100123`; without it, it is withheld"
    )
    prefers: Language | None = Field(
        default=None, description="the language that the caller chose in an earlier call"
    )
    call: tuple[WrittenLine, ...] = Field(min_length=1, max_length=500, description="what happens, line by line")
    expect: Expected = Field(default=Expected(), description="what must be so after the call")


class Sheet(Written):
    """A file of tests."""

    bills: tuple[BillRow, ...] = Field(default=(), max_length=1000, description="what is owed when a call begins")
    stored_cards: tuple[CardRow, ...] = Field(
        default=(), max_length=1000, description="the cards that accounts keep when a call begins"
    )
    apis: dict[str, dict[str, Answer]] = Field(
        default={},
        max_length=20,
        description="what apis answer, by path, as JSON in quotes; else: not found",
    )
    tests: dict[str, Case] = Field(min_length=1, max_length=1000, description="the calls, each under a name")


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a flow, checked against it.

    `lines` says for each test in which line of the file each line of its call stands, and last, what is expected.
    """

    file: str
    flow: Flow
    bills: tuple[Entry, ...]
    apis: Mapping[str, Mapping[str, str]]
    cases: Mapping[str, Case]
    lines: Mapping[str, tuple[int, ...]]
    kept: tuple[Kept, ...] = ()
