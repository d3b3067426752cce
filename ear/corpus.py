"""The corpus on disk: for each source a folder with WAV files (8 kHz, mono) and an index of who says what in them."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

RATE = 8000
PEAK = 0.5

Audio = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one speaker says in one file; `file` is relative to the index."""

    file: str
    speaker: str
    words: tuple[str, ...]


class Source:
    """A folder of utterances that grows: whoever reads it may do so while it is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index = folder / "index.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self._count = sum(1 for _ in self.read())

    def __len__(self) -> int:
        return self._count

    def add(self, audio: Audio, rate: int, speaker: str, words: tuple[str, ...]) -> None:
        """Store an utterance, brought to 8 kHz and to one peak."""
        line = signal.resample_poly(audio.astype(np.float64), RATE, rate)
        line = line / max(float(np.abs(line).max()), 1e-9) * PEAK
        file = f"{self._count:06d}.wav"
        write_wav(self.folder / file, line.astype(np.float32))
        with self._index.open("a") as index:
            index.write(json.dumps({"file": file, "speaker": speaker, "words": words}) + "\n")
        self._count += 1

    def read(self, skip: int = 0) -> Iterator[Utterance]:
        """The utterances so far, without the first `skip`."""
        if not self._index.is_file():
            return
        for line in self._index.read_text().splitlines(keepends=True)[skip:]:
            if line.endswith("\n"):  # the last one may be half written
                entry = json.loads(line)
                yield Utterance(entry["file"], entry["speaker"], tuple(entry["words"]))


def read_wav(path: Path) -> Audio:
    """An 8 kHz mono recording, as numbers within ±1."""
    audio, rate = read_any_wav(path)
    if rate != RATE:
        raise ValueError(f"{path} has {rate} samples a second: make it 8000 and one channel")
    return audio


def read_any_wav(path: Path) -> tuple[Audio, int]:
    """A 16-bit recording of any rate, its first channel, as numbers within ±1; and its rate."""
    with wave.open(str(path), "rb") as file:
        channels, rate, samples = file.getnchannels(), file.getframerate(), file.readframes(file.getnframes())
    return np.frombuffer(samples, "<i2").astype(np.float32)[::channels] / np.float32(32768), rate


def write_wav(path: Path, audio: Audio) -> None:
    """Store as 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes())
