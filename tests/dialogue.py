"""Dialogues of calls, as tests write them.

A dialogue has one line for each thing that happens:

    caller hears Welcome                              some of what was said since the last such line
    caller presses 1000442#    caller waits           the answer to a question; silence
    caller says one double oh                         the answer to a question that listens
    caller stays silent                               from here to the end of the call
    caller hangs up                                   as soon as the lines above have happened
    ledger is down
    api answers {"number": "INV-1"}                   or: api finds nothing, api is down
    card side is down          card side refuses      not ready; ready, but it cannot take the caller
    card side reads visa 1111                         the caller keyed a card; only these words come back
    card side ends with too-many-failed-attempts      or another capture outcome
    processor approves         processor declines insufficient-funds
    processor does not answer                         nobody knows whether it charged
    processor was not reached                         it surely did not
    processor has another payment open
    person talks               person is no-answer, busy, unavailable or callback
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pci.contract import Brand, CaptureOutcome, DeclineReason

_LINES = {
    "caller": r"hears .+|presses [0-9*#]+|says [^0-9]+|waits|stays silent|hangs up",
    "ledger": r"is down",
    "api": r"is down|finds nothing|answers .+",
    "card side": rf"is down|refuses|reads ({'|'.join(Brand)}) [0-9]{{4}}|ends with ({'|'.join(CaptureOutcome)})",
    "processor": r"approves|does not answer|was not reached|has another payment open"
    rf"|declines( ({'|'.join(DeclineReason)}))?",
    "person": r"talks|is (no-answer|busy|unavailable|callback)",
}


class DialogueMismatch(Exception):
    """The call did not go as its dialogue says."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"Dialogue line {line}: {what}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a dialogue, numbered from 1."""

    number: int
    actor: str
    words: str

    def __str__(self) -> str:
        return f"{self.actor} {self.words}"


def parse_dialogue(text: str) -> list[Line]:
    """The lines of a dialogue; DialogueMismatch for one that says nothing that can happen."""
    lines: list[Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not (words := " ".join(line.split())):
            continue
        actor = next((actor for actor in _LINES if words.startswith(f"{actor} ")), "")
        rest = words.removeprefix(actor).strip()
        if not actor or not re.fullmatch(_LINES[actor], rest):
            raise DialogueMismatch(number, f"{words!r} is not something that can happen in a dialogue")
        lines.append(Line(number, actor, rest))
    return lines
