"""What the model sees of the sound: Kaldi's MFCC, with the settings of the model folder (conf/mfcc.conf)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ear.corpus import RATE

COEFFICIENTS: Final = 40
LOWEST: Final = 64  # Hz
HIGHEST: Final = 3800  # Hz
DITHER: Final = 2.0  # of 32768, in training: digital silence gets a floor
FLOOR: Final = 30.0  # and in listening: as on a line; with less, words between digital silences are misheard

SHIFT: Final = RATE // 100
FRAME: Final = RATE // 40
POINTS: Final = 256
PREEMPHASIS: Final = 0.97
LIFTER: Final = 22

Features = NDArray[np.float32]

CONFIGURATION: Final = f"""\
--sample-frequency={RATE}
--use-energy=false
--num-mel-bins={COEFFICIENTS}
--num-ceps={COEFFICIENTS}
--low-freq={LOWEST}
--high-freq={HIGHEST}
--dither={FLOOR:g}
"""


def mfcc(audio: NDArray[np.float64], generator: np.random.Generator) -> Features:
    """A row of coefficients for every 10 ms; `audio` as 16-bit values, 25 ms or more."""
    noisy = audio + DITHER * generator.standard_normal(len(audio))
    frames = np.lib.stride_tricks.sliding_window_view(noisy.astype(np.float32), FRAME)[::SHIFT]
    frames = frames - frames.mean(1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    power = np.abs(fft.rfft((frames - np.float32(PREEMPHASIS) * before) * _WINDOW, POINTS)) ** 2
    return from_energies(np.log(np.maximum(power[:, :-1] @ _MEL, np.finfo(np.float32).eps)))


def from_energies(energies: NDArray[np.floating]) -> Features:
    """The coefficients of the logarithms of the bands' energies."""
    return np.asarray(fft.dct(energies, norm="ortho") * _LIFTER, np.float32)


def energies(features: Features) -> NDArray[np.float32]:
    """The logarithms of the bands' energies, of their coefficients: as many of the one as of the other."""
    return np.asarray(fft.idct(features / _LIFTER, norm="ortho"), np.float32)


def _mel(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1127.0 * np.log(1.0 + frequency / 700.0)


def _mel_bank() -> NDArray[np.float32]:
    low, high = _mel(np.array([LOWEST, HIGHEST], np.float64))
    width = (high - low) / (COEFFICIENTS + 1)
    left = low + width * np.arange(COEFFICIENTS)
    bins = _mel(np.arange(POINTS // 2) * RATE / POINTS)[:, None]
    rising, falling = (bins - left) / width, (left + 2 * width - bins) / width
    return np.maximum(np.minimum(rising, falling), 0.0).astype(np.float32)


_MEL = _mel_bank()
_WINDOW = ((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))) ** 0.85).astype(np.float32)  # Povey's
_LIFTER = (1 + 0.5 * LIFTER * np.sin(np.pi * np.arange(COEFFICIENTS) / LIFTER)).astype(np.float32)
