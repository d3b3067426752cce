"""The natural voices: Kokoro-82M speaks as any mixture of its voices. About one second of work for one of speech."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

import numpy as np
from hibari.g2p import G2P
from numpy.typing import NDArray

from ear.corpus import Audio
from ear.speakers import Mixture
from scripts.voice import STYLE, VOICE_RATE, Kokoro

_EDGE: Final = VOICE_RATE // 100  # samples before and behind a word that are kept


class Voices:
    """Kokoro with the voice files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model = Kokoro(folder / "af_heart.bin")
        self._pronounce = {british: G2P(british=british) for british in (False, True)}

    def speak(self, text: str, speaker: Mixture, speed: float) -> tuple[Audio, int]:
        """The audio and its rate."""
        self._be(speaker)
        phonemes = str(self._pronounce[speaker.british](text))
        return self._model.speak(phonemes, speed)[0], VOICE_RATE

    def pronounce(self, words: Sequence[str], speaker: Mixture, speed: float) -> tuple[Audio, list[Audio]]:
        """Words by their phonemes, each with what stands behind it; and each word alone."""
        self._be(speaker)
        audio, starts = self._model.speak("".join(words), speed)
        ends = list(accumulate(map(len, words)))
        places = pairwise([0, *ends])
        return audio, [audio[max(0, starts[first] - _EDGE) : starts[behind] + _EDGE] for first, behind in places]

    def _be(self, speaker: Mixture) -> None:
        self._model.styles = (
            speaker.share * self._styles(speaker.first) + (1 - speaker.share) * self._styles(speaker.second)
        ).astype(np.float32)

    def _styles(self, voice: str) -> NDArray[np.float32]:
        return np.fromfile(self._folder / f"{voice}.bin", dtype=np.float32).reshape(-1, 1, STYLE)
