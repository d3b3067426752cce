"""Digits as English speakers say them, out of the words that were heard: "four double two, oh nine, forty-two".

    best, *others = spoken_digits(stretches)      # each stretch as it was heard: its alternatives
    best.digits, best.score, best.command

How it is read
- *One by one*: "zero" or "oh" to "nine"; "double four" is 44, "triple oh" 000. The digit may come after a pause.
- *Grouped*: "forty-two" is 42, "twelve twenty-nine" 1229, "four hundred" 400, "four hundred and twelve" 412,
  "two thousand twenty-nine" 2029. What can be read in another way ("forty", "two": 402) is among the readings too, at
  a cost (`OTHERWISE`), so that a check digit can find it.
- *Corrected*: what follows "no" (or "sorry", "correction") until the next pause takes the place of as many digits
  before it. "one two three four … no, nine" is 1239; "… no, one two three nine" as well.
- *Commands*: "start again" forgets what came before it; "repeat" and "agent" are told to who listens.
- *Months*, where they are listened for: "March twenty-seven" is 0327.
- Fillers ("and", "uh", "then") are passed over. Words that are none of these count as `garbage`.

Pure: no sound, no state. Who writes digits down in a log is not here.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from speech.recogniser import GARBAGE, Alternative

OTHERWISE: Final = 5.0
"""What a less natural reading of the same words costs, in the log-likelihoods of the recogniser."""

_UNITS: Final = {
    word: str(value) for value, word in enumerate("zero one two three four five six seven eight nine".split())
}
_DIGITS: Final = _UNITS | {"oh": "0"}
_TEENS: Final = {
    word: str(value)
    for value, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), start=10
    )
}
_TENS: Final = {
    word: str(value)
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
MONTHS: Final = {
    word: f"{value:02d}"
    for value, word in enumerate(
        "january february march april may june july august september october november december".split(), start=1
    )
}
"""What a month can be said with as well, where one is asked for, and the digits that it is."""
_TIMES: Final = {"double": 2, "triple": 3}
_NUMBERS: Final = frozenset({*_DIGITS, *_TEENS, *_TENS, *_TIMES, "hundred", "thousand"})
_CORRECTIONS: Final = frozenset({"no", "sorry", "correction"})
_FILLERS: Final = frozenset({"and", "a", "uh", "um", "then", "dash", "slash", "hyphen"})
_PAUSE: Final = "|"


class Command(StrEnum):
    """What a person may say in place of digits; the first of these that was said counts."""

    AGENT = "agent"
    REPEAT = "repeat"
    START_AGAIN = "start-again"


_COMMANDS: Final = {
    ("agent",): Command.AGENT,
    ("operator",): Command.AGENT,
    ("repeat",): Command.REPEAT,
    ("start", "again"): Command.START_AGAIN,
    ("start", "over"): Command.START_AGAIN,
}
WORDS: Final = frozenset({*_NUMBERS, *_CORRECTIONS, *_FILLERS} | {word for phrase in _COMMANDS for word in phrase})
"""What digits are said with. A recogniser is asked for those of them that its model knows."""

_SAME: Final = {"oh": "zero"}  # heard apart, read alike: the alternatives are not spent on the difference
_MOST_WORDS: Final = 200
_MOST_JOINED: Final = 40
_MOST_READINGS: Final = 6


@dataclass(frozen=True, slots=True)
class SpokenDigits:
    """One way of understanding what was said; `garbage` counts the words in it that mean nothing here.

    `by` of the `hearings` that there were list it.
    """

    digits: str = field(repr=False)
    score: float
    command: Command | None = None
    garbage: int = 0
    by: int = 1
    hearings: int = 1

    @property
    def confirmed(self) -> bool:
        """Whether more than one hearing lists it, if there was more than one."""
        return self.by > 1 or self.hearings == 1


def spoken_digits(stretches: Sequence[Sequence[Alternative]], limit: int = 20) -> tuple[SpokenDigits, ...]:
    """What was said in these stretches, the likeliest first, no two alike; at least one, which may have no digits.

    The score of a reading is the sum of those of its stretches. `Heard.alternatives` that are not final yet may stand
    at the end.
    """
    best: dict[tuple[str, Command | None], SpokenDigits] = {}
    for words, score in _joined(stretches):
        for reading in _readings(words[:_MOST_WORDS]):
            found = replace(reading, score=reading.score + score)
            known = best.get((found.digits, found.command))
            if known is None or known.score < found.score:
                best[found.digits, found.command] = found
    return tuple(sorted(best.values(), key=lambda reading: -reading.score)[:limit])


def read_digits(*stretches: str) -> SpokenDigits:
    """The most natural reading of words, one text for each stretch between two pauses."""
    return spoken_digits([[Alternative(tuple(text.lower().replace("-", " ").split()), 0.0)] for text in stretches])[0]


def most_digits(words: Iterable[str]) -> int:
    """How many digits these words are at most, whatever is said between them: who takes digits back has said them."""
    said = list(words)
    # whatever stands between two numbers may keep them apart: "forty and two" is 402
    ways = (
        [word for word in said if word in _NUMBERS],
        [word if word in _NUMBERS or word in _FILLERS else GARBAGE for word in said],
    )
    # one more digit, for "double" at the end, which belongs to what comes next
    readings = [one for way in ways for one in spoken_digits([[Alternative((*way, "zero"), 0.0)]])]
    return max(len(reading.digits) for reading in readings) - 1


def _joined(stretches: Sequence[Sequence[Alternative]]) -> list[tuple[tuple[str, ...], float]]:
    """The words of all stretches, a pause after each, in the likeliest combinations."""
    joined: list[tuple[tuple[str, ...], float]] = [((), 0.0)]
    for stretch in stretches:
        different: dict[tuple[str, ...], float] = {}
        for alternative in stretch:
            words = tuple(_SAME.get(word, word) for word in alternative.words)
            different[words] = max(alternative.score, different.get(words, alternative.score))
        if different:
            pairs = ((before, after) for before in joined for after in different.items())
            ways = (((*words, *more, _PAUSE), score + plus) for (words, score), (more, plus) in pairs)
            joined = heapq.nlargest(_MOST_JOINED, ways, key=lambda way: way[1])
    return joined


@dataclass(frozen=True, slots=True)
class _Reading:
    """How far a reading has come. `instead` is what was said since "no", in place of as many digits before it."""

    digits: str = field(default="", repr=False)
    instead: str | None = field(default=None, repr=False)
    score: float = 0.0
    command: Command | None = None
    garbage: int = 0

    def plus(self, digits: str, cost: float) -> _Reading:
        if self.instead is None:
            return replace(self, digits=self.digits + digits, score=self.score - cost)
        return replace(self, instead=self.instead + digits, score=self.score - cost)

    def settled(self) -> _Reading:
        """A correction ends with the pause after it, or the next one; one that has not begun yet still may."""
        if not self.instead:
            return self
        return replace(self, digits=self.digits[: -len(self.instead)] + self.instead, instead=None)

    def told(self, command: Command) -> _Reading:
        before = replace(self, digits="", instead=None) if command is Command.START_AGAIN else self.settled()
        first = command if self.command is None else min(self.command, command, key=list(Command).index)
        return replace(before, command=first)


def _readings(words: Sequence[str]) -> list[SpokenDigits]:
    """Every reading of these words, within bounds."""
    open_at: dict[int, list[_Reading]] = {0: [_Reading()]}
    for position in range(len(words)):
        for reading in _best(open_at.pop(position, ())):
            for after, further in _steps(words, position, reading):
                open_at.setdefault(after, []).append(further)
    ends = [reading.settled() for reading in _best(open_at.get(len(words), ()))]
    return [SpokenDigits(end.digits, end.score, end.command, end.garbage) for end in ends]


def _best(readings: Iterable[_Reading]) -> list[_Reading]:
    return heapq.nlargest(_MOST_READINGS, readings, key=lambda reading: reading.score)


def _steps(words: Sequence[str], at: int, reading: _Reading) -> list[tuple[int, _Reading]]:
    """Where a reading may go from here, and what it is then."""
    word = words[at]
    if word == _PAUSE:
        return [(at + 1, reading.settled())]
    if word in _CORRECTIONS:
        return [(at + 1, replace(reading.settled(), instead=""))]
    for phrase, command in _COMMANDS.items():
        if tuple(words[at : at + len(phrase)]) == phrase:
            return [(at + len(phrase), reading.told(command))]
    if numbers := _numbers(words, at):
        (digits, after), *others = numbers
        natural = (after, reading.plus(digits, 0.0))
        return [natural, *((after, reading.plus(digits, OTHERWISE)) for digits, after in others)]
    return [(at + 1, reading if word in _FILLERS else replace(reading, garbage=reading.garbage + 1))]


def _numbers(words: Sequence[str], at: int) -> list[tuple[str, int]]:
    """The digits that begin here and where they end, the most natural way first; none if no number does."""
    word = words[at]
    if word in MONTHS:
        return [(MONTHS[word], at + 1)]
    if word in _TIMES:
        after = _skip(words, at + 1, _FILLERS | {_PAUSE})
        return [(_DIGITS[words[after]] * _TIMES[word], after + 1)] if _at(words, after) in _DIGITS else []
    if word in ("hundred", "thousand"):  # "a hundred"
        return _multiples(words, "1", at)
    return [
        way
        for digits, after in _below_hundred(words, at)
        for way in (*_multiples(words, digits, after), (digits, after))
    ]


def _below_hundred(words: Sequence[str], at: int) -> list[tuple[str, int]]:
    """42 before 40 for "forty two"; 12; 7."""
    word = _at(words, at)
    if word in _TENS:
        unit = _UNITS.get(_at(words, at + 1), "0")
        together = [(_TENS[word] + unit, at + 2)] if unit != "0" else []
        return [*together, (_TENS[word] + "0", at + 1)]
    digits = _DIGITS.get(word) or _TEENS.get(word)
    return [(digits, at + 1)] if digits else []


def _multiples(words: Sequence[str], digits: str, at: int) -> list[tuple[str, int]]:
    """What "hundred" or "thousand" makes of the number before it: with what belongs to it, then without."""
    if digits.strip("0") == "" or _at(words, at) not in ("hundred", "thousand"):
        return []
    round_one = (digits.lstrip("0") + ("00" if words[at] == "hundred" else "000"), at + 1)
    wide = len(round_one[0]) - len(digits.lstrip("0"))
    rest = _skip(words, at + 1, {"and"})
    ways = _below_hundred(words, rest)
    if wide == 3:
        ways = [way for less, after in ways for way in (*_multiples(words, less, after), (less, after))]
    return [(round_one[0][:-wide] + less.zfill(wide), after) for less, after in ways if len(less) <= wide] + [
        round_one
    ]


def _skip(words: Sequence[str], at: int, passed_over: frozenset[str] | set[str]) -> int:
    while at < len(words) and words[at] in passed_over:
        at += 1
    return at


def _at(words: Sequence[str], position: int) -> str:
    return words[position] if position < len(words) else ""
