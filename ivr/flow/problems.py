"""A problem in a flow file: where it is, what is wrong and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from heapq import nsmallest

MOST_PROBLEMS = 50  # looking for what was meant costs time, and nobody reads more at once
_LONGEST_QUOTE = 40
_LONGEST_NAME = 64
_MOST_CHOICES = 12
_MOST_COMPARED = 20


class Code(StrEnum):
    """The stable name of a kind of problem.

    F0xx: the file, F1xx: a key or a value, F2xx: the call itself, F3xx: an expression, F4xx: a merchant's API,
    F5xx: speech.
    """

    UNREADABLE = "F001"
    TOO_BIG = "F002"
    TAG = "F003"
    ANCHOR = "F004"
    MERGE_KEY = "F005"
    DUPLICATE_KEY = "F006"
    ODD_KEY = "F007"
    UNKNOWN_KEY = "F101"
    MISSING_KEY = "F102"
    WRONG_VALUE = "F103"
    NO_VERB = "F104"
    UNKNOWN_OUTCOME = "F105"
    UNKNOWN_STEP = "F201"
    UNHANDLED_OUTCOME = "F202"
    UNREACHABLE_STEP = "F203"
    UNKNOWN_PROMPT = "F204"
    LANGUAGE_GAP = "F205"
    RESTLESS_LOOP = "F206"
    PAY_WITHOUT_WAY_OUT = "F207"
    NUMBER_TAKEN = "F208"
    NOT_YET_KNOWN = "F209"
    NAME_TAKEN = "F210"
    TOO_FAR = "F211"
    NO_END = "F212"
    SAYS_PERSONAL = "F213"
    ASKS_FOR_CARD = "F214"
    NOT_DEFINED = "F215"
    NO_PERSON = "F216"
    NO_CALLBACK = "F217"
    UNKNOWN_FLOW = "F221"
    NOT_TO_BE_CALLED = "F222"
    CALLS_IN_A_CIRCLE = "F223"
    TOO_DEEP = "F224"
    BAD_EXPRESSION = "F301"
    UNKNOWN_VALUE = "F302"
    WRONG_KIND = "F303"
    ALWAYS_THE_SAME = "F304"
    ADDRESS_IN_FLOW = "F401"
    BAD_PLACE = "F402"
    SENDS_PERSONAL = "F403"
    UNHEARD = "F501"
    WORDS_ALIKE = "F502"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; line and column count from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend: `what` is wrong, `mend` is what to write; both for someone who is no programmer."""

    file: str
    at: Mark
    code: Code
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.at.line}:{self.at.column}: {self.code} {self.what}; {self.mend}"


class EnoughProblems(Exception):
    """So many that the rest of the file can wait until these are mended."""


def report(problems: Iterable[Problem]) -> str:
    """The problems as text, one a line, in the order of the files."""
    return "\n".join(str(problem) for problem in sorted(problems))


def quoted(text: object) -> str:
    """A value from a file, short and in one line, fit for a message."""
    words = str(text)
    return repr(words if len(words) <= _LONGEST_QUOTE else words[:_LONGEST_QUOTE] + "…")


def shown(given: object) -> str:
    """A value as it stands in the file; what is more than a word is `this`, what is not there is `nothing`."""
    if isinstance(given, str | int | float):
        return quoted(given) if given != "" else "nothing"
    return "this"


def meant(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest to `word`; "" if none is near."""
    if len(word) > _LONGEST_NAME:
        return ""
    # comparing letter by letter is dear: only with those that have nearly the same letters
    alike = nsmallest(_MOST_COMPARED, known, key=lambda choice: len({*choice} ^ {*word}))
    near = get_close_matches(word, alike, n=1, cutoff=0.65)
    return near[0] if near else ""


def instead_of(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """What to write where `word` is not known: the nearest known one, else `otherwise`, else all of them."""
    choices = list(known)
    if near := meant(word, choices):
        return f"did you mean {near}?"
    if otherwise:
        return otherwise
    if len(choices) > 1:
        return f"write one of: {', '.join(choices[:_MOST_CHOICES])}{', …' * (len(choices) > _MOST_CHOICES)}"
    return f"write {choices[0]}" if choices else "remove it"
