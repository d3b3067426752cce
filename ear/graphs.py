"""The two graphs of LF-MMI training: everything that may be said, and what was said.

A graph is dense and small: a score for each state to start with, to end with, and for each step from state to state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ear.words import GARBAGE, STATES, WORDS

PAUSE: Final = 0.4
"""How likely a pause between two words is."""
NEVER: Final = -1e30

Scores = NDArray[np.float64]


def _numbered() -> dict[str, range]:
    places, first = {}, 1
    for word, count in STATES.items():
        places[word] = range(first, first + count)
        first += count
    return places


SILENCE: Final = 0
OUTPUTS: Final[dict[str, range]] = _numbered()
"""Which of the network's outputs are the states of a word; output 0 is silence."""
OUTPUT_COUNT: Final = 1 + sum(STATES.values())

_WORD = -math.log(len(WORDS))
_PAUSE, _NO_PAUSE = math.log(PAUSE), math.log(1 - PAUSE)


@dataclass(frozen=True, slots=True)
class Everything:
    """The loop of all words with pauses between; a state is an output."""

    start: Scores
    steps: Scores
    end: Scores


def everything() -> Everything:
    """Every word may follow every other, with or without a pause."""
    start, end = np.full(OUTPUT_COUNT, NEVER), np.full(OUTPUT_COUNT, NEVER)
    steps = np.full((OUTPUT_COUNT, OUTPUT_COUNT), NEVER)
    np.fill_diagonal(steps, 0.0)
    firsts = [outputs[0] for outputs in OUTPUTS.values()]
    start[SILENCE], end[SILENCE] = _PAUSE, 0.0
    start[firsts] = _NO_PAUSE + _WORD
    steps[SILENCE, firsts] = _WORD
    for outputs in OUTPUTS.values():
        for before, after in pairwise(outputs):
            steps[before, after] = 0.0
        end[outputs[-1]], steps[outputs[-1], SILENCE] = _NO_PAUSE, _PAUSE
        steps[outputs[-1], firsts] = np.logaddexp(steps[outputs[-1], firsts], _NO_PAUSE + _WORD)
    return Everything(start, steps, end)


@dataclass(frozen=True, slots=True)
class Said:
    """A chain of states, each with its output and the scores of being reached.

    `onward` from the state before, `over` from the one before that (there was no pause), `again` from the one after
    (garbage goes on behind a pause).
    """

    outputs: NDArray[np.int64]
    onward: Scores
    over: Scores
    again: Scores
    start: Scores
    end: Scores


def said(words: Sequence[str]) -> Said:
    """These words in this order, with or without a pause around each; garbage may be in several stretches."""
    outputs, onward, over, again = [SILENCE], [NEVER], [NEVER], [NEVER]
    for word in words:
        for place, output in enumerate(OUTPUTS[word]):
            outputs.append(output)
            onward.append(_WORD if place == 0 else 0.0)
            over.append(_NO_PAUSE + _WORD if place == 0 and len(outputs) > 2 else NEVER)
            again.append(_WORD if word == GARBAGE else NEVER)
        outputs.append(SILENCE)
        onward.append(_PAUSE)
        over.append(NEVER)
        again.append(NEVER)
    count = len(outputs)
    start, end = np.full(count, NEVER), np.full(count, NEVER)
    start[0], end[-1] = _PAUSE, 0.0
    if words:
        start[1], end[-2] = _NO_PAUSE + _WORD, _NO_PAUSE
    return Said(np.array(outputs), np.array(onward), np.array(over), np.array(again), start, end)
