"""Read recordings and the audio of telephones as samples."""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from proof.hunt.tones import Samples

_HEADER_AT_MOST: Final = 1 << 12  # bytes
_RATES: Final = range(8000, 192_001)


def _ulaw() -> Samples:
    """What each byte of G.711 µ-law stands for."""
    code = ~np.arange(256, dtype=np.uint8)
    size = ((((code & 0x0F).astype(np.int32) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _alaw() -> Samples:
    """What each byte of G.711 A-law stands for."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    segment, step = ((code & 0x70) >> 4).astype(np.int32), (code & 0x0F).astype(np.int32) << 4
    size = np.where(segment > 0, (step + 0x108) << np.maximum(segment - 1, 0), step + 8)
    return np.where(code & 0x80, size, -size).astype(np.int16)


ULAW: Final = _ulaw()
ALAW: Final = _alaw()
_LAWS: Final = {".ulaw": ULAW, ".alaw": ALAW}


def samples_of(data: bytes, law: Samples) -> Samples:
    """G.711 audio as samples."""
    return law[np.frombuffer(data, np.uint8)]


def read(path: Path) -> tuple[list[Samples], int]:
    """The channels of a recording, and its samples a second; wav of 16 bits, or raw .ulaw, .alaw and .sln.

    A recorder that was killed leaves a length of zero in the header of a wav: so it is read to its end, whatever the
    header says. ValueError if it is of another kind; OSError if it cannot be read.
    """
    data = path.read_bytes()
    if path.suffix in _LAWS:
        return [samples_of(data, _LAWS[path.suffix])], 8000
    if path.suffix == ".sln":
        return [np.frombuffer(data, "<i2", len(data) // 2)], 8000
    try:
        with wave.open(str(path)) as header:
            channels, width, rate = header.getparams()[:3]
    except (wave.Error, EOFError, struct.error):
        raise ValueError(f"{path} is no recording that can be heard: wav of 16 bits, .ulaw, .alaw, .sln.") from None
    start = data.find(b"data", 0, _HEADER_AT_MOST) + 8
    if width != 2 or rate not in _RATES or start < 12 or start > len(data):
        raise ValueError(f"{path} has {8 * width} bits at {rate} Hz: 16 bits at 8000 to 192000 Hz are heard.")
    frames: NDArray[np.int16] = np.frombuffer(data, "<i2", (len(data) - start) // 2 // channels * channels, start)
    return [frames[channel::channels] for channel in range(channels)], rate
