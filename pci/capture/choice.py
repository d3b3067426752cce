"""Which digits were said, out of the ways in which they may be understood: taken, doubtful, or nothing that fits.

The check digit of a card number chooses well among the alternatives of a good recogniser, and badly among those of a
poor one: of a hundred numbers that are none, ten pass. So what passes is taken only with a margin: it is about as
likely as anything that was heard, and nothing else that passes is nearly as likely, neither of what was listed nor of
what two doubts make together (`pci.capture.rivals`), which is never taken itself. Of several hearings two must list
it: each of them may list some number that passes by chance, and hardly ever the same one. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from pci.capture.rivals import with_rivals
from pci.card import has_usual_length, is_card_number, is_expiry, security_code_length
from pci.contract import Brand
from speech.digits import SpokenDigits

Passes = Callable[[str], bool]

GROUP: Final = 4
_GROUPED: Final = 16  # digits of a number that people know in four groups of four


@dataclass(frozen=True, slots=True)
class Margin:
    """How sure is sure, in the log-likelihoods of the recogniser.

    What passes may be `behind` the likeliest understanding by so much, and has to be ahead of the next that passes:
    by `ahead` if it was heard once, by `agreed` if several hearings agree on it.
    """

    behind: float
    ahead: float
    agreed: float

    def ahead_of_next(self, best: SpokenDigits) -> float:
        """How much likelier this must be than the next."""
        return self.ahead if best.hearings == 1 else self.agreed


MARGIN: Final = Margin(behind=12.0, ahead=3.0, agreed=2.0)
UNCHECKED: Final = replace(MARGIN, behind=1.0, agreed=3.0)
"""For what has no check digit: an expired date that was said clearly is no other date that is hardly possible."""


@dataclass(frozen=True, slots=True)
class Taken:
    """These digits were said."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Something like these digits was said: ask again, for one group of four (from 0) where only that is in doubt."""

    digits: str = field(repr=False)
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing that was heard fits, these digits, which are the likeliest, included."""

    digits: str = field(repr=False)


Choice = Taken | Doubtful | Nothing


def choose(
    heard: Sequence[SpokenDigits], passes: Passes, margin: Margin = MARGIN, usual: Passes = lambda _: True
) -> Choice:
    """What to make of these understandings, which come with the likeliest first; what is not `usual` is not taken."""
    whole = {one.digits for one in heard}
    heard = with_rivals(heard)
    fitting = [one for one in heard if passes(one.digits)]
    if not fitting:
        likely = [one for one in heard if heard[0].score - one.score <= margin.behind]
        group = _in_doubt([one.digits for one in likely])
        if group is not None:
            return Doubtful(likely[0].digits, group)
        return Nothing(heard[0].digits if heard else "")
    best, *rivals = fitting
    if not best.confirmed:
        return Doubtful(best.digits)
    others = [one.digits for one in rivals if best.score - one.score < margin.ahead_of_next(best)]
    if heard[0].score - best.score > margin.behind:
        others.append(heard[0].digits)
    if others or best.digits not in whole or not usual(best.digits):  # what two doubts make was heard by nobody
        return Doubtful(best.digits, _in_doubt([best.digits, *others]))
    return Taken(best.digits)


def with_group(number: Doubtful, said: Sequence[SpokenDigits]) -> list[SpokenDigits]:
    """The number with its doubtful group as it was said again, or the whole number, if that was said."""
    before = GROUP * (number.group or 0)
    head, tail = number.digits[:before], number.digits[before + GROUP :]
    return [replace(one, digits=head + one.digits + tail) if len(one.digits) == GROUP else one for one in said]


def card_number(digits: str) -> bool:
    """Whether brand, length and check digit agree."""
    return is_card_number(bytearray(digits.encode()))


def usual_number(digits: str) -> bool:
    """Whether cards are issued in this length: in others it is mostly a digit too many or too few that was heard."""
    return has_usual_length(bytearray(digits.encode()))


def expiry(today: date) -> Passes:
    """Whether it is a month from now on, MMYY."""
    return lambda digits: is_expiry(bytearray(digits.encode()), today)


def security_code(brand: Brand) -> Passes:
    """Whether it is as long as those of the brand."""
    return lambda digits: len(digits) == security_code_length(brand)


def _in_doubt(readings: Sequence[str]) -> int | None:
    """The only group of four in which these differ; None if they differ elsewhere, or not at all."""
    if len(readings) < 2 or {len(digits) for digits in readings} != {_GROUPED}:
        return None
    groups = {
        place // GROUP for digits in readings for place in range(_GROUPED) if digits[place] != readings[0][place]
    }
    return groups.pop() if len(groups) == 1 else None
