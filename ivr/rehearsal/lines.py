"""The lines of a rehearsed dialogue: what the caller hears and does, and what happens around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator

from ivr.flow.problems import instead_of, quoted
from ivr.rehearsal.cards import CARDS
from ivr.rehearsal.people import PEOPLE


class Kind(StrEnum):
    """What a line says that happens."""

    HEARS = "hears"
    PRESSES = "presses"
    SAYS = "says"
    WAITS = "waits"
    STAYS_SILENT = "stays silent"
    HANGS_UP = "hangs up"
    CARD = "card"
    LEDGER = "ledger"
    PERSON = "person"
    API = "api"


ABOUT: Final = {
    Kind.HEARS: "a prompt, or some words of what is said; everything else that is said may come before or after it",
    Kind.PRESSES: "the keys that answer a question",
    Kind.SAYS: "what the caller says to a question that listens, as in `pay my bill`; numbers as words",
    Kind.WAITS: "the caller lets one question pass in silence",
    Kind.STAYS_SILENT: "from here on the caller presses nothing",
    Kind.HANGS_UP: "the caller hangs up as soon as the lines above have happened",
    Kind.CARD: "what happens on the card line and at the bank: one of the cards below",
    Kind.LEDGER: "`down`: the next lookup finds no ledger",
    Kind.PERSON: "what the person does who is called: `talks`, `no-answer`, `busy` or `unavailable`",
    Kind.API: "`{crm: down}` or `{crm: not-found}`: so the next lookup at this api ends, whatever `apis` says",
}
_BARE: Final = (Kind.WAITS, Kind.STAYS_SILENT, Kind.HANGS_UP)
API_STATES: Final = ("down", "not-found")
_WITH_WORDS: Final = (Kind.HEARS, Kind.PRESSES, Kind.SAYS, Kind.CARD, Kind.LEDGER, Kind.PERSON)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what happens, and its words, if it has some."""

    kind: Kind
    words: str = ""

    def __str__(self) -> str:
        words = f"{{{self.words}}}" if self.kind is Kind.API else self.words
        return f"{self.kind}: {words}" if words else self.kind


def _line(value: object) -> object:
    """A line from what stands in the file; ValueError with what to write."""
    if isinstance(value, Line):
        return value
    if isinstance(value, str):
        return _bare(" ".join(value.split()))
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("this is not one thing that happens; write one after each dash, as in - hears: welcome")
    ((name, words),) = value.items()
    if name in _BARE:
        raise ValueError(f"{quoted(name)} stands alone; write - {name}")
    if name == Kind.API:
        return _of_api(words)
    if name not in _WITH_WORDS:
        raise ValueError(f"{quoted(name)} cannot happen in a call; {instead_of(name, [*_WITH_WORDS, Kind.API])}")
    if not isinstance(words, str) or not words.strip():
        raise ValueError(f"{name} says nothing here; write {_example(Kind(name))} (keys such as # and * in quotes)")
    return _checked(Kind(name), " ".join(words.split()))


def _of_api(words: object) -> Line:
    if isinstance(words, dict) and len(words) == 1:
        ((api, state),) = words.items()
        if state in API_STATES:
            return Line(Kind.API, f"{api}: {state}")
    raise ValueError(f"api says nothing that can happen; write {_example(Kind.API)} or {{crm: not-found}}")


def _bare(text: str) -> Line:
    if text in _BARE:
        return Line(Kind(text))
    if text in (*_WITH_WORDS, Kind.API):
        raise ValueError(f"{quoted(text)} needs something after it; write {_example(Kind(text))}")
    raise ValueError(f"{quoted(text)} cannot happen in a call; {instead_of(text, [*_BARE, *_WITH_WORDS, Kind.API])}")


def _checked(kind: Kind, words: str) -> Line:
    if kind is Kind.PRESSES and not re.fullmatch(r"[0-9*#]{1,40}", words):
        raise ValueError(f"{quoted(words)} cannot be pressed; write 0 to 9, * and #, as in 1000442#")
    if kind is Kind.SAYS and not re.fullmatch(r"[^\d_]{1,200}", words):
        raise ValueError(f"{quoted(words)} cannot be said; write numbers as words, as in one hundred")
    if kind is Kind.CARD and words not in CARDS:
        raise ValueError(f"there is no test card {quoted(words)}; {instead_of(words, CARDS)}")
    if kind is Kind.PERSON and words not in PEOPLE:
        raise ValueError(f"a person cannot be {quoted(words)}; {instead_of(words, PEOPLE)}")
    if kind is Kind.LEDGER and words != "down":
        raise ValueError(f"the ledger cannot be {quoted(words)}; write ledger: down")
    return Line(kind, words)


def _example(kind: Kind) -> str:
    words = {Kind.HEARS: "welcome", Kind.PRESSES: '"1000442#"', Kind.SAYS: "pay my bill", Kind.CARD: "approved"}
    words |= {Kind.LEDGER: "down", Kind.PERSON: "talks", Kind.API: "{crm: down}"}
    return f"{kind}: {words[kind]}"


WrittenLine = Annotated[Line, BeforeValidator(_line)]
