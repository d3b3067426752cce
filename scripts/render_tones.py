"""Make the sounds that say nothing: `python -m scripts.render_tones`. They are computed here, and so our own.

`hold` is what callers hear who wait for an agent, and agents who wait for a caller: two soft notes, then a pause, for
24 seconds. Both notes are below every frequency of a telephone's keys, so that no detector takes them for one.
"""

from __future__ import annotations

import math
import struct
import sys
import wave
from pathlib import Path
from typing import Final

TONES: Final = Path(__file__).resolve().parent.parent / "sounds" / "tones"
_RATE: Final = 8000
_LOUDNESS: Final = 2600
_NOTES: Final = ((392.0, 0.0), (523.25, 0.45))
_NOTE_SECONDS: Final = 1.6
_ROUND_SECONDS: Final = 4.0
_ROUNDS: Final = 6


def hold() -> bytes:
    """The samples of `hold`: 16 bits, little-endian."""
    one = [_sample(number / _RATE) for number in range(int(_ROUND_SECONDS * _RATE))]
    return struct.pack(f"<{len(one)}h", *one) * _ROUNDS


def _sample(at: float) -> int:
    return round(_LOUDNESS * sum(_note(pitch, at - begins) for pitch, begins in _NOTES))


def _note(pitch: float, at: float) -> float:
    """A note that swells and fades, as one that is struck softly does."""
    if not 0 <= at < _NOTE_SECONDS:
        return 0.0
    return math.sin(2 * math.pi * pitch * at) * min(1.0, at / 0.05) * (1 - at / _NOTE_SECONDS) ** 2


def main() -> int:
    """Write the files."""
    TONES.mkdir(exist_ok=True)
    with wave.open(str(TONES / "hold.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(hold())
    return 0


if __name__ == "__main__":
    sys.exit(main())
