"""Which digits were said, when the same was heard more than once: what all hearings find likely. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from speech.digits import Command, SpokenDigits, spoken_digits
from speech.recogniser import Heard

UNHEARD: Final = 3.0
"""By how much less likely than the last that a hearing lists is what it does not list."""


def understood(stretches: Sequence[Heard]) -> tuple[SpokenDigits, ...]:
    """What was said in these stretches, by all the hearings that there were of each."""
    once, again = [one.alternatives for one in stretches], zip(*(one.again for one in stretches), strict=False)
    return agreed([spoken_digits(once), *(spoken_digits(list(chain.from_iterable(hearing))) for hearing in again)])


def agreed(hearings: Sequence[Sequence[SpokenDigits]], limit: int = 20) -> tuple[SpokenDigits, ...]:
    """One list out of several, the likeliest first. A score is how far behind the likeliest it is, in the mean."""
    if len(hearings) == 1:
        return tuple(hearings[0])
    ways: dict[tuple[str, Command | None], SpokenDigits] = {}
    for one in chain.from_iterable(hearings):
        ways.setdefault((one.digits, one.command), one)
    scores, by = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0)
    for hearing in hearings:
        listed = {(one.digits, one.command): one.score for one in hearing}
        for way in ways:
            scores[way] += listed.get(way, hearing[-1].score - UNHEARD) - hearing[0].score
            by[way] += way in listed
    times = len(hearings)
    found = (replace(one, score=scores[way] / times, by=by[way], hearings=times) for way, one in ways.items())
    return tuple(sorted(found, key=lambda one: -one.score)[:limit])
