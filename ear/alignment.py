"""Where words are heard, once it is known which: the likeliest way through what was said (Viterbi)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ear.graphs import OUTPUTS, Said, said


def places(scores: NDArray[np.float32], words: Sequence[str]) -> list[tuple[int, int]]:
    """From which output up to which (not included) each of the words is heard, for scores [time, output]."""
    graph = said(words)
    word_of = [-1]  # of each state of the graph; pauses have none
    for place, word in enumerate(words):
        word_of += [place] * len(OUTPUTS[word]) + [-1]
    heard = [word_of[state] for state in _way(scores[:, graph.outputs].astype(np.float64), graph)]
    runs = [(place, len(list(run))) for place, run in groupby(heard)]
    ends = np.cumsum([length for _, length in runs])
    return [(int(end) - length, int(end)) for (place, length), end in zip(runs, ends, strict=True) if place >= 0]


def _way(scores: NDArray[np.float64], graph: Said) -> list[int]:
    likely = graph.start + scores[0]
    came_from = []
    for now in scores[1:]:
        ways = np.stack([likely, np.roll(likely, 1) + graph.onward, np.roll(likely, 2) + graph.over])
        steps = ways.argmax(0)
        came_from.append(np.arange(len(likely)) - steps)
        likely = ways.max(0) + now
    state = int((likely + graph.end).argmax())
    way = [state]
    for before in reversed(came_from):
        state = int(before[state])
        way.append(state)
    return way[::-1]
