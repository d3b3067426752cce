"""Keypad tones in the sound: two pure tones at once, as no voice makes them. A recogniser makes words of them.

    toneless = Toneless()
    toneless.of(sound) + toneless.rest()      # the same sound, silent where a key was heard

Who presses keys tells them by events as well, or the telephone system takes the tones for keys: nothing is lost.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from operator import mul
from typing import Final

from speech.recogniser import RATE

_FRAME: Final = RATE // 100
_ROWS: Final = (697, 770, 852, 941)
_COLUMNS: Final = (1209, 1336, 1477, 1633)
_PURE: Final = 0.8
"""So much of the power of a frame is in the two tones of a key. Of what people say it is less."""
_LEAST: Final = 0.05
"""Of it, in each of the two."""
_FAINTEST: Final = 100.0  # of 32767, the mean: below this it is heard as nothing anyway

_Waves = tuple[tuple[float, ...], tuple[float, ...]]


class Toneless:
    """For the sound of one line, which comes in pieces. The last 10 ms of a piece come with the next one."""

    def __init__(self) -> None:
        self._held = array("h")
        self._after_tone = False

    def of(self, sound: bytes) -> bytes:
        """The sound, 16 bit, with silence in place of keypad tones and of their edges."""
        samples = self._held + array("h", sound)
        starts = range(0, len(samples) - len(samples) % _FRAME, _FRAME)
        tones = [self._after_tone, *(is_tone(samples[start : start + _FRAME]) for start in starts)]
        for place, start in enumerate(starts[:-1]):
            if any(tones[place : place + 3]):
                samples[start : start + _FRAME] = array("h", bytes(2 * _FRAME))
        given = starts[-1] if starts else 0
        self._after_tone = tones[-2] if starts[:-1] else self._after_tone
        self._held = samples[given:]
        return samples[:given].tobytes()

    def rest(self) -> bytes:
        """What it holds still."""
        held, self._held = self._held, array("h")
        return b"" if self._after_tone or is_tone(held) else held.tobytes()


def is_tone(frame: Sequence[int]) -> bool:
    """Whether 10 ms or less are the tones of a key."""
    power = sum(map(mul, frame, frame))
    if power <= len(frame) * _FAINTEST**2:
        return False
    row, column = (max(_share(frame, power, wave) for wave in waves) for waves in (_ROW_WAVES, _COLUMN_WAVES))
    return row + column > _PURE and min(row, column) > _LEAST


def _share(frame: Sequence[int], power: float, waves: _Waves) -> float:
    """How much of the power is in this tone."""
    inner, outer = (float(sum(map(mul, frame, wave))) for wave in waves)
    return 2 * (inner * inner + outer * outer) / (len(frame) * power)


def _waves(hertz: int) -> _Waves:
    turns = [2 * math.pi * hertz * place / RATE for place in range(_FRAME)]
    return tuple(map(math.cos, turns)), tuple(map(math.sin, turns))


_ROW_WAVES: Final = tuple(map(_waves, _ROWS))
_COLUMN_WAVES: Final = tuple(map(_waves, _COLUMNS))
