"""What the call side is told of a caller who says a card where a flow asked for something else: a part of it at most.

An account number has fewer digits than a card number. So what is still being said is told as one word, and a stretch
that makes it twelve digits is not told at all.
"""

from __future__ import annotations

from typing import Final

from speech import GARBAGE, Alternative, Heard
from speech.digits import most_digits

FEWEST: Final = 12
"""So many digits may be a card number."""
_ENGLISH: Final = "en"
_DIGITS: Final = {
    "es": frozenset("cero un uno una dos tres cuatro cinco seis siete ocho nueve".split()),
    "fr": frozenset("zéro un une deux trois quatre cinq six sept huit neuf".split()),
    "it": frozenset("zero un uno una due tre tré quattro cinque sei sette otto nove".split()),
    "pt": frozenset("zero um uma dois duas três quatro cinco seis meia sete oito nove".split()),
}
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
    """For one hearing, in one language. `card_said`: nothing more may be told."""

    def __init__(self, language: str) -> None:
        self.card_said = False
        self._language = language
        self._told = 0

    def of(self, heard: Heard) -> Heard:
        """What may be told of this."""
        digits = max(map(self._most_digits, heard.alternatives))
        if self._told + digits >= FEWEST:
            self.card_said = True
            return Heard((_NOTHING,))
        if heard.final:
            self._told += digits
            return heard
        return Heard((_one_word(heard.alternatives[0]),), final=False)

    def _most_digits(self, way: Alternative) -> int:
        if self._language == _ENGLISH:
            return most_digits(_ORDINALS.get(word, word) for word in way.words)
        digits = _DIGITS.get(self._language, frozenset())
        return sum(word in digits for word in way.words)


def _one_word(said: Alternative) -> Alternative:
    """The first word that is one, a loud one if there is any."""
    if not said.words:
        return said
    loud, any_word = (next((word for word in words if word != GARBAGE), "") for words in (said.loud, said.words))
    return Alternative((loud or any_word or GARBAGE,), 0.0, frozenset() if loud else frozenset({0}))
