"""Count: how many cards were right, and how many would have been taken wrongly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, assert_never

from bench.speech_eval.hearing import Answer
from bench.speech_eval.recordings import Recording
from pci.capture.choice import MARGIN, UNCHECKED, Margin, Taken, card_number, choose, usual_number
from pci.contract import CardField

MARGINS: Final = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0)
"""How far ahead of the next that passes: what the curve is drawn over."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording and what was understood."""

    recording: Recording
    answer: Answer

    @property
    def first(self) -> str:
        """The likeliest digits."""
        return self.answer.readings[0].digits if self.answer.readings else ""


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of a condition. The first five count card numbers, `others` the other fields.

    `without_digits` are recordings in which none are said, `false_digits` those that were heard in them nonetheless,
    and what would have been taken of that is among `wrong_accepted`.
    """

    cards: int
    exact: int
    exact_after_luhn: int
    wrong_accepted: int
    asked_again: int
    others: int
    others_exact: int
    others_right: int
    others_wrong_accepted: int
    without_digits: int
    false_digits: int
    digit_error_rate: float
    audio_seconds: float
    cpu_seconds_per_audio_second: float
    final_result_ms_p50: float
    final_result_ms_p99: float


@dataclass(frozen=True, slots=True)
class Point:
    """Of the card numbers of a condition at one margin: the shares that are taken rightly and wrongly."""

    margin: float
    right: float
    wrong: float


def score(heard: Sequence[Heard], margin: Margin = MARGIN) -> Score:
    """The figures of these recordings."""
    numbers = _numbers(heard)
    others = [one for one in heard if one.recording.digits and one.recording.field is not CardField.NUMBER]
    without = [one for one in heard if not one.recording.digits]
    right, wrong = _taken(numbers, margin)
    others_right, others_wrong = _taken(others, margin)
    seconds = sum(one.answer.audio_seconds for one in heard)
    delays = sorted(1000 * one.answer.delay for one in heard)
    errors = sum(distance(one.first, one.recording.digits) for one in (*numbers, *others))
    said = sum(len(one.recording.digits) for one in heard)
    return Score(
        cards=len(numbers),
        exact=_exact(numbers),
        exact_after_luhn=right,
        wrong_accepted=wrong + _taken(without, margin)[1],
        asked_again=len(numbers) - right - wrong,
        others=len(others),
        others_exact=_exact(others),
        others_right=others_right,
        others_wrong_accepted=others_wrong,
        without_digits=len(without),
        false_digits=sum(len(one.first) for one in without),
        digit_error_rate=round(errors / max(said, 1), 4),
        audio_seconds=round(seconds, 1),
        cpu_seconds_per_audio_second=round(sum(one.answer.cpu_seconds for one in heard) / seconds, 4),
        final_result_ms_p50=round(percentile(delays, 0.5), 1),
        final_result_ms_p99=round(percentile(delays, 0.99), 1),
    )


def curve(heard: Sequence[Heard]) -> list[Point]:
    """How the shares change with the margin ahead of the next that passes."""
    numbers = _numbers(heard)
    points = []
    for ahead in MARGINS if numbers else ():
        right, wrong = _taken(numbers, replace(MARGIN, ahead=ahead, agreed=ahead))
        points.append(Point(ahead, round(right / len(numbers), 4), round(wrong / len(numbers), 4)))
    return points


def by_condition(heard: Sequence[Heard]) -> dict[str, list[Heard]]:
    """The recordings of each condition, and all together as "held-out"."""
    conditions: dict[str, list[Heard]] = {}
    for one in heard:
        conditions.setdefault(one.recording.condition, []).append(one)
    return {**conditions, "held-out": list(heard)}


def figures(heard: Sequence[Heard]) -> dict[str, Any]:
    """As a table of numbers."""
    return asdict(score(heard))


def passes(recording: Recording) -> Callable[[str], bool]:
    """The checks of the recording's field. A date may be over by the day of the test: its month alone is checked."""
    match recording.field:
        case CardField.NUMBER:
            return card_number
        case CardField.EXPIRY:
            return lambda digits: len(digits) == 4 and 1 <= int(digits[:2]) <= 12
        case CardField.SECURITY_CODE:
            return lambda digits: len(digits) == len(recording.digits)
        case CardField.POSTAL_CODE:
            return lambda digits: 3 <= len(digits) <= 10
    assert_never(recording.field)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that so large a share of them does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def distance(heard: str, said: str) -> int:
    """How many digits must be changed, added or left out to make one of the other."""
    row = list(range(len(said) + 1))
    for place, one in enumerate(heard, start=1):
        before, row[0] = row[0], place
        for other in range(1, len(said) + 1):
            cost = min(row[other] + 1, row[other - 1] + 1, before + (one != said[other - 1]))
            before, row[other] = row[other], cost
    return row[-1]


def _numbers(heard: Sequence[Heard]) -> list[Heard]:
    return [one for one in heard if one.recording.digits and one.recording.field is CardField.NUMBER]


def _exact(heard: Sequence[Heard]) -> int:
    return sum(one.first == one.recording.digits for one in heard)


def _taken(heard: Sequence[Heard], margin: Margin) -> tuple[int, int]:
    """How many are taken rightly, and wrongly."""
    taken = right = 0
    for one in heard:
        is_number = one.recording.field is CardField.NUMBER
        usual = usual_number if is_number else lambda _: True
        choice = choose(one.answer.readings, passes(one.recording), margin if is_number else UNCHECKED, usual)
        if isinstance(choice, Taken):
            taken += 1
            right += choice.digits == one.recording.digits
    return right, taken - right
