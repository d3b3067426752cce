"""Keys that can be heard: DTMF tones in audio, from 12 ms on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Reals = NDArray[np.floating[Any]]

_LOW: Final = (697, 770, 852, 941)  # Hz
_HIGH: Final = (1209, 1336, 1477, 1633)
_KEYS: Final = "123A456B789C*0#D"
_WINDOW: Final = 0.010  # seconds
_HOP: Final = 0.001
# of the energy in a window what the two tones explain at least; recorded speech stays below 0.75
_PURE: Final = 0.85
_WEAKER: Final = 0.1  # of that energy what the weaker of the two has at least
_FAINTEST: Final = 30.0  # root mean square; full scale is 32768
_WINDOWS: Final = 2
_GAP: Final = 4  # hops: a shorter one does not end a tone
_BLOCK: Final = 10_000  # windows at once


@dataclass(frozen=True, slots=True)
class Tone:
    """A key, heard from `start` for `length` milliseconds."""

    key: str
    start: int
    length: int


def tones_in(samples: Samples, rate: int) -> Iterator[Tone]:
    """The keys in one channel of audio, in order. `rate` in samples a second, 8000 at least.

    A tone is not heard under other sound that is louder than a sixth of it.
    """
    window, hop = int(rate * _WINDOW), int(rate * _HOP)
    if len(samples) < window:
        return
    pairs = np.concatenate(
        [
            _pairs_in(samples[first : first + (_BLOCK - 1) * hop + window], window, hop, rate)
            for first in range(0, len(samples) - window + 1, _BLOCK * hop)
        ]
    )
    heard = np.flatnonzero(pairs >= 0)
    for burst in np.split(heard, np.flatnonzero(np.diff(heard) > _GAP) + 1):
        if len(burst) >= _WINDOWS:
            key = _KEYS[np.bincount(pairs[burst]).argmax()]
            start, end = int(burst[0]) * hop, int(burst[-1]) * hop + window
            yield Tone(key, start * 1000 // rate, (end - start) * 1000 // rate)


def _pairs_in(samples: Samples, window: int, hop: int, rate: int) -> NDArray[np.int64]:
    """For each window of a block which pair of tones it is, -1 where it is none.

    Each pair spans a space of four dimensions (a sine and a cosine of each tone); the energy of a window in that
    space is what the pair explains of it.
    """
    windows = np.lib.stride_tricks.sliding_window_view(samples, window)[::hop].astype(np.float32)
    energy = np.square(windows).sum(axis=1)
    parts = np.square(windows @ _spaces(window, rate)).reshape(len(windows), 16, 4)
    explained = parts.sum(axis=2)
    best = explained.argmax(axis=1)
    row = np.arange(len(windows))
    low = parts[row, best, :2].sum(axis=1)
    most = explained[row, best]
    weaker = np.minimum(low, most - low)
    pure = (energy > window * _FAINTEST**2) & (most > _PURE * energy) & (weaker > _WEAKER * energy)
    return np.where(pure, best, -1)


@lru_cache
def _spaces(window: int, rate: int) -> Reals:
    """For each pair of tones an orthonormal base of what it can sound like, side by side."""
    time = 2 * np.pi * np.arange(window) / rate
    waves = {hertz: [np.cos(hertz * time), np.sin(hertz * time)] for hertz in (*_LOW, *_HIGH)}
    bases = [np.linalg.qr(np.stack(waves[low] + waves[high], axis=1))[0] for low in _LOW for high in _HIGH]
    return np.concatenate(bases, axis=1).astype(np.float32)
