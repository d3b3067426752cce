"""What tells the sound of one spoken canary from all other sound: a faint hum of its own in the pauses.

The digits themselves are the recordings that prompts are made of, and say nothing of whose they are. The hum is a
piece of noise over and over, of values that the telephone's codec leaves as they are: what arrives is what was sent.
So where 40 ms of a pause lie in one place, as samples or as the codec's bytes, three periods of the hum lie there
whole; in the 20 ms of one packet they never do.
"""

from __future__ import annotations

import secrets
from array import array
from collections.abc import Iterator
from typing import Final

from stack.leaks.forms import Form

SOUND: Final = "sound"
"""What every encoding of it is called by at its beginning."""
_SAMPLES: Final = 80  # of a period: 10 ms
_STEPS: Final = 16  # of the codec's finest, of eight each: about 50 dB below the loudest
_PERIODS: Final = 3


def draw_hum() -> bytes:
    """A period of a new one, as 16-bit samples with the low byte first."""
    steps = (secrets.randbelow(2 * _STEPS - 1) - _STEPS + 1 for _ in range(_SAMPLES))
    return array("h", [8 * step for step in steps]).tobytes()


def sounds_of(hum: bytes) -> Iterator[Form]:
    """Every form of a piece of it that is looked for."""
    samples = array("h", hum * _PERIODS)
    yield SOUND, samples.tobytes()
    yield f"{SOUND}, µ-law", bytes(map(_mu_law, samples))
    samples.byteswap()
    yield f"{SOUND}, big endian", samples.tobytes()


def _mu_law(sample: int) -> int:
    """The codec's byte for one of the values that are drawn."""
    return (0xFF if sample >= 0 else 0x7F) - abs(sample) // 8
