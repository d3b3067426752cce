"""The same words heard again, otherwise: what is misheard once is seldom misheard in the same way twice.

It runs in the thread that hears, beside the recogniser whose pauses end the stretches.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from speech.recogniser import BYTES_PER_SECOND, Alternative
from speech.tempo import Tempo

SLOWER, AS_IT_IS, FASTER = 88, 100, 112
"""In percent: how fast it is heard again."""

_SILENCE: Final = bytes(BYTES_PER_SECOND // 10)
_MOST_SILENCES: Final = 4

Stretch = tuple[Alternative, ...]
Stretches = tuple[Stretch, ...]


class Again:
    """One caller's: recognisers of Vosk with the tempo that each hears at, or none at all."""

    def __init__(self, recognisers: Sequence[tuple[Any, int]]) -> None:
        self._recognisers = [(one, Tempo(percent)) for one, percent in recognisers]
        self._heard: list[list[Stretch]] = [[] for _ in recognisers]

    def hear(self, block: bytes) -> None:
        """What was heard once, heard again."""
        for (recogniser, tempo), heard in zip(self._recognisers, self._heard, strict=True):
            if recogniser.AcceptWaveform(tempo.of(block)):
                heard.append(_alternatives(recogniser.Result()))

    def ended(self, *, all_of_it: bool) -> tuple[Stretches, ...]:
        """What was understood at each tempo, now that a stretch has ended: in one or more, for pauses differ.

        Who has ended it already is left alone, unless this is `all_of_it`: they may hold what follows already.
        """
        for (recogniser, _), heard in zip(self._recognisers, self._heard, strict=True):
            if all_of_it or json.loads(recogniser.PartialResult()).get("partial"):
                heard.append(_rest(recogniser))
        told = tuple(tuple(stretch for stretch in heard if stretch) for heard in self._heard)
        self._heard = [[] for _ in self._recognisers]
        return told


def _alternatives(result: str) -> Stretch:
    """What Vosk says that it heard, the likeliest first."""
    return tuple(
        Alternative(tuple(one["text"].split()), float(one["confidence"]))
        for one in json.loads(result)["alternatives"]
    )


def _rest(recogniser: Any) -> Stretch:  # noqa: ANN401 - vosk has no types
    """What is open, ended by a little silence: by force, it would begin anew without what it has just heard."""
    for _ in range(_MOST_SILENCES):
        if recogniser.AcceptWaveform(_SILENCE):
            return _alternatives(recogniser.Result())
    return _alternatives(recogniser.FinalResult())
