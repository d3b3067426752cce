"""What a question takes: which keys, how many, and which of them ends the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from ivr.money import Money
from ivr.understanding.listening import Listening, Said

_TOO_MANY: Final = "*"
_FINISHING_SECONDS: Final = 2.0
"""So long a full answer waits for the finishing key: enough to find it, and no burden to who presses none."""


@dataclass(frozen=True, slots=True)
class Keys:
    """How many keys to wait for and how long (seconds). `finish_on_key` "" means that no key ends the entry.

    Where one does, an answer of `most` keys still waits for it, though not as long: the next question would take it
    for its answer. Any other key then is one too many, and the answer is wrong by a star at its end. Which key it was
    is not kept: the twelfth could be a card's.

    A single key that is among `choices` chose something that was offered, and may be written down; so may what
    `amount` or `day` makes of the keys, where an amount of money or a day is asked for, and `item`, where they name
    one of several things: its place among them, from 0. Nothing else may.

    `speech` is what is listened for at the same time. A key ends the listening.
    """

    most: int
    least: int = 1
    finish_on_key: str = "#"
    first_digit_timeout: float = 8.0
    inter_digit_timeout: float = 4.0
    choices: str = ""
    amount: Callable[[str], Money | None] | None = None
    day: Callable[[str], date | None] | None = None
    item: Callable[[str], int | None] | None = None
    speech: Listening | None = None

    def add(self, key: str, to: str) -> tuple[str, bool]:
        """The answer with one key more, and whether it is over."""
        if key == self.finish_on_key:
            return to, True
        if len(to) == self.most:
            return to + _TOO_MANY, True
        return to + key, not self.finish_on_key and len(to) + 1 == self.most

    def patience(self, answer: str) -> float:
        """How many seconds the key after these is waited for."""
        full = len(answer) == self.most
        return min(self.inter_digit_timeout, _FINISHING_SECONDS) if full else self.inter_digit_timeout

    def taken(self, answer: str) -> tuple[str, str]:
        """What a live call would take of these keys, and what is left; what was said stays as it is."""
        if isinstance(answer, Said):
            return answer, ""
        taken, over = "", False
        for place, key in enumerate(answer):
            if over:
                return taken, answer[place:]
            taken, over = self.add(key, to=taken)
        return taken, ""
