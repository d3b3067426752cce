"""Understandings that a recogniser did not list: where two of its doubts lie apart, both may be justified.

Most understandings in a list differ from the likeliest in one place, and a number that is wrong in one place does not
pass the check digit. What passes and is wrong is wrong in two places: it is further down than the list goes. So each
two doubts about different places are put together, which costs as much as both. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, takewhile

from speech.digits import SpokenDigits

Doubt = tuple[int, int, str]
"""From which digit up to which (not included) of the likeliest understanding something else may stand, and what."""


def with_rivals(heard: Sequence[SpokenDigits]) -> tuple[SpokenDigits, ...]:
    """These understandings, of which the first is the likeliest, and those that two doubts make; likeliest first."""
    if not heard:
        return ()
    best = heard[0]
    scores: dict[str, float] = {}
    doubts: dict[Doubt, float] = {}
    for one in heard:
        scores[one.digits] = max(one.score, scores.get(one.digits, one.score))
        if one.digits != best.digits:
            doubts.setdefault(_doubt(best.digits, one.digits), best.score - one.score)
    for (first, cost), (second, more) in combinations(sorted(doubts.items()), 2):
        if first[1] <= second[0]:
            digits, score = _instead(best.digits, first, second), best.score - cost - more
            scores[digits] = max(score, scores.get(digits, score))
    found = {one.digits: one for one in reversed(heard)}
    ways = (replace(found.get(digits, best), digits=digits, score=score) for digits, score in scores.items())
    return tuple(sorted(ways, key=lambda one: -one.score))


def _doubt(digits: str, others: str) -> Doubt:
    """The stretch in which they differ: all but what they begin and end with alike."""
    start = _alike(digits, others)
    same = _alike(digits[start:][::-1], others[start:][::-1])
    return start, len(digits) - same, others[start : len(others) - same]


def _alike(digits: str, others: str) -> int:
    """With how many digits both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(digits, others, strict=False)))


def _instead(digits: str, first: Doubt, second: Doubt) -> str:
    return digits[: first[0]] + first[2] + digits[first[1] : second[0]] + second[2] + digits[second[1] :]
