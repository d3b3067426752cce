"""The sound of one line, played a little faster or slower: pitch and voice change with it, the words do not."""

from __future__ import annotations

from array import array
from typing import Final

_WHOLE: Final = 100


class Tempo:
    """For sound that comes in pieces, 16 bit. `percent` of the tempo it has: 112 is faster, 88 slower."""

    def __init__(self, percent: int) -> None:
        self._percent = percent
        self._held = array("h")
        self._place = 0  # of the next sample to give among those held, in hundredths

    def of(self, sound: bytes) -> bytes:
        """The piece at this tempo; another than its own keeps its last sample back for the next piece."""
        if self._percent == _WHOLE:
            return sound
        held = self._held + array("h", sound)
        places = range(self._place, (len(held) - 1) * _WHOLE, self._percent)
        played = array("h", [
            held[at] + (held[at + 1] - held[at]) * part // _WHOLE
            for at, part in (divmod(place, _WHOLE) for place in places)
        ])  # fmt: skip
        following = self._place + len(places) * self._percent
        done = min(following // _WHOLE, len(held))
        self._held, self._place = held[done:], following - done * _WHOLE
        return played.tobytes()
