"""What lies between a mouth and us: another throat, a room, a telephone, a line, noise, and other people's voices."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from ear.corpus import RATE

Sound = NDArray[np.float64]

WINDOW = 256
BEND = WINDOW * 1000 // RATE  # of the spectrum: 1 kHz
SMOOTH = 18  # cepstral coefficients that make the shape of a spectrum
SPEECH_LEVEL = 0.08  # RMS of what is speech, of full scale, before the caller's own loudness
PINK = ((0.049922035, -0.095993537, 0.050612699, -0.004408786), (1, -2.494956002, 2.017265875, -0.522189400))

_HALF = np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW).astype(np.float32)  # twice it is a whole window


def levelled(sound: Sound) -> Sound:
    """With its speech at SPEECH_LEVEL; silence counts for nothing."""
    loud = sound[np.abs(sound) > 0.05 * np.abs(sound).max()]
    return sound / (float(np.sqrt(np.mean(loud**2))) + 1e-9) * SPEECH_LEVEL if len(loud) else sound


def trimmed(sound: Sound) -> Sound:
    """Without the silence at both ends, but for 25 ms."""
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[max(0, loud[0] - 200) : loud[-1] + 200] if len(loud) else sound


def faster(sound: Sound, factor: float) -> Sound:
    """Played faster: speed, pitch and the throat's size change together."""
    places = np.arange(int(len(sound) / factor)) * factor
    return np.interp(places, np.arange(len(sound)), sound)


@dataclass(frozen=True, slots=True)
class Throat:
    """A shorter or longer vocal tract: formants at `low` and `high` times their frequencies, below and above 1 kHz.

    Where the two differ, vowels sound as in another accent.
    """

    low: float
    high: float


def any_throat(dice: random.Random, often: float) -> Throat | None:
    """None as often as nothing is to be changed."""
    if dice.random() >= often:
        return None
    size = dice.uniform(0.86, 1.18)
    return Throat(size * dice.uniform(0.91, 1.1), size * dice.uniform(0.93, 1.08))


def other_throat(sound: Sound, throat: Throat) -> Sound:
    """From another throat, the pitch as it was.

    The smooth shape of each short spectrum (the first cepstral coefficients) is stretched; the fine structure stays.
    """
    hop = WINDOW // 2
    whole = np.pad(sound, (hop, WINDOW)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(whole, WINDOW)[::hop] * _HALF
    spectra = fft.rfft(frames)
    cepstra = fft.irfft(np.log(np.abs(spectra) + np.float32(1e-6)))
    cepstra[:, SMOOTH:-SMOOTH] = 0
    shape = fft.rfft(cepstra).real
    from_there = np.array([0.0, BEND, WINDOW / 2])
    moved_to = [0.0, BEND * throat.low, WINDOW / 2 * throat.high]
    places = np.minimum(np.interp(np.arange(shape.shape[1]), moved_to, from_there), shape.shape[1] - 1.0)
    low = places.astype(int)
    high, part = np.minimum(low + 1, shape.shape[1] - 1), (places - low).astype(np.float32)
    stretched = shape[:, low] * (1 - part) + shape[:, high] * part
    moved = fft.irfft(spectra * np.exp(np.clip(stretched - shape, -4, 4))) * _HALF
    joined = np.zeros((len(moved) + 1) * hop, np.float64)
    joined[: len(moved) * hop] += moved[:, :hop].ravel()
    joined[hop:] += moved[:, hop:].ravel()
    return joined[hop : hop + len(sound)]


def somebody_else(sound: Sound, speed: float, throat: Throat | None) -> Sound:
    """The same words from another mouth."""
    sound = faster(sound, speed)
    return other_throat(sound, throat) if throat else sound


def mu_law(sound: Sound) -> Sound:
    """Through the telephone's codec and back."""
    sound = np.clip(sound, -1, 1)
    coded = np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log1p(255)
    coded = np.round((coded + 1) / 2 * 255) / 255 * 2 - 1
    return np.asarray(np.sign(coded) * (256 ** np.abs(coded) - 1) / 255)


def band(sound: Sound, low: float, high: float, order: int = 2) -> Sound:
    """What of it lies between two frequencies (Hz)."""
    return np.asarray(signal.sosfilt(signal.butter(order, (low, high), "bandpass", fs=RATE, output="sos"), sound))


class Channel:
    """A new telephone call each time."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._dice = generator

    def chance(self, share: float) -> bool:
        """True so often."""
        return bool(self._dice.random() < share)

    def between(self, low: float, high: float) -> float:
        """Any number between."""
        return float(self._dice.uniform(low, high))

    def call(self, sound: Sound, talkers: list[Sound]) -> Sound:
        """The speech as it arrives, as 16-bit values, with some of what else there is to hear; `talkers` babble."""
        if self.chance(0.4):
            sound = self._room(sound)
        if self.chance(0.75):
            sound = band(sound, self.between(80, 350), self.between(2900, 3700), 2 if self.chance(0.5) else 4)
        if self.chance(0.35):
            sound = np.asarray(signal.lfilter([1, -self.between(-0.6, 0.7)], [1], sound))
        if self.chance(0.6):
            sound = self._coloured(sound)
        sound = levelled(sound)
        before, behind = (int(RATE * self.between(0.05, longest)) for longest in (0.6, 0.8))
        sound = np.concatenate([np.zeros(before), sound, np.zeros(behind)])
        if self.chance(0.7):
            sound = sound + self.noise(len(sound), talkers) * SPEECH_LEVEL * 10 ** (-self.between(4, 32) / 20)
        sound = sound * 10 ** (self.between(-16, 8) / 20)
        sound = mu_law(sound) if self.chance(0.7) else np.clip(sound, -1, 1)
        return np.round(sound * 32767)

    def noise(self, length: int, talkers: list[Sound]) -> Sound:
        """White, pink, of one colour and swelling, or of people talking, at times with a hum; RMS 1."""
        kind, white = self._dice.random(), self._dice.standard_normal(length)
        if kind < 0.25:
            sound = white
        elif kind < 0.55:
            sound = np.asarray(signal.lfilter(*PINK, white))
        elif kind < 0.7 or not talkers:
            swell = 1 + 0.8 * np.sin(2 * np.pi * self.between(0.3, 4) * np.arange(length) / RATE)
            sound = band(white, self.between(100, 1500), self.between(1600, 3600)) * swell
        else:
            sound = np.zeros(length)
            for talker in talkers:
                start = int(self._dice.integers(0, RATE))
                sound += np.resize(levelled(talker), length + RATE)[start : start + length]
        sound = sound / (sound.std() + 1e-9)
        if self.chance(0.35):
            pitch = float(self._dice.choice((50, 60, 100, 120, 300, 440)))
            sound = sound + self.between(0.05, 0.6) * np.sin(2 * np.pi * pitch * np.arange(length) / RATE)
        return sound / (sound.std() + 1e-9)

    def _room(self, sound: Sound) -> Sound:
        length = int(RATE * self.between(0.05, 0.4))
        echo = self._dice.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
        echo *= self.between(0.02, 0.28)
        echo[0] = 1
        return np.asarray(signal.fftconvolve(sound, echo)[: len(sound)])

    def _coloured(self, sound: Sound) -> Sound:
        for _ in range(int(self._dice.integers(1, 4))):
            middle, width = self.between(150, 3600), self.between(200, 1500)
            part = band(sound, max(60, middle - width / 2), min(3900, middle + width / 2), 1)
            sound = sound + self.between(-0.6, 1.0) * part
        return sound
