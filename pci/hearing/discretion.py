"""What the call side is told of a caller who says a card where a flow asked for something else: a part of it at most.

An account number has fewer digits than a card number. So what is still being said is told as one word, and a stretch
that makes it twelve digits is not told at all. Who is asked the next thing after eight digits, and goes on with the
card, has said those eight as well.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from pci.hearing.counting import digits_in
from speech import GARBAGE, Alternative, Heard
from speech.digits import most_digits

FEWEST: Final = 12
"""So many digits may be a card number."""
GOES_ON: Final = 4.0
"""Seconds after the last digits of one hearing in which those of the next are more of the same."""
_ENGLISH: Final = "en"
_ORDINALS: Final = {
    "first": "one", "second": "two", "third": "three", "fourth": "four", "fifth": "five", "sixth": "six",
    "seventh": "seven", "eighth": "eight", "ninth": "nine", "tenth": "ten", "eleventh": "eleven", "twelfth": "twelve",
    "thirteenth": "thirteen", "fourteenth": "fourteen", "fifteenth": "fifteen", "sixteenth": "sixteen",
    "seventeenth": "seventeen", "eighteenth": "eighteen", "nineteenth": "nineteen", "twentieth": "twenty",
    "thirtieth": "thirty",
}  # fmt: skip
"""Where a day is asked for, a digit may be heard as the number of one."""
_NOTHING: Final = Alternative((GARBAGE,), 0.0)


class Discretion:
    """For one hearing; `before` is that of the same caller's last one. `card_said`: no more may be told."""

    def __init__(
        self, language: str, before: Discretion | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.card_said = False
        self._language = language
        self._clock = clock
        self._told = 0
        self._before: int = before._before + before._told if before else 0
        self._digits_at: float = before._digits_at if before else -math.inf

    @property
    def matters(self) -> bool:
        """Whether what is said next may be more of it."""
        return self._clock() - self._digits_at < GOES_ON

    def of(self, heard: Heard) -> Heard:
        """What may be told of this."""
        digits = max(map(self._most_digits, heard.alternatives))
        if digits:
            self._told, self._before = self._told + self._before * self.matters, 0
            self._digits_at = self._clock()
        if self._told + digits >= FEWEST:
            self._told, self.card_said = FEWEST, True
            return Heard((_NOTHING,))
        if heard.final:
            self._told += digits
            return heard
        return Heard((_one_word(heard.alternatives[0]),), final=False)

    def _most_digits(self, way: Alternative) -> int:
        if self._language == _ENGLISH:
            return most_digits(_ORDINALS.get(word, word) for word in way.words)
        return digits_in(way.words, self._language)


def _one_word(said: Alternative) -> Alternative:
    """The first word that is one, a loud one if there is any."""
    if not said.words:
        return said
    loud, any_word = (next((word for word in words if word != GARBAGE), "") for words in (said.loud, said.words))
    return Alternative((loud or any_word or GARBAGE,), 0.0, frozenset() if loud else frozenset({0}))
