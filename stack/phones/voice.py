"""What a phone says: digits and months in the voice of our own recordings, and a few words in the same voice, as WAV.

    record("4012,8888,8888,1881", file)     # a comma is a pause, as people make one between groups
    record("yes", file)

It is the voice that our prompts have, and the shipped model of English digits was trained on it: that it understands
this says nothing about people.
"""

from __future__ import annotations

import re
import wave
from pathlib import Path
from typing import Final

from speech.digits import MONTHS

RATE: Final = 8000
PAUSE_SECONDS: Final = 0.4
_WORDS: Final = Path(__file__).with_name("words")
_PROMPTS: Final = Path(__file__).resolve().parents[2] / "sounds" / "en"
_PROMPT: Final = {
    **{str(digit): f"digit-{digit}" for digit in range(10)},
    **{name: f"month-{int(digits)}" for name, digits in MONTHS.items()},
}
"""What one of our prompts says."""
_BEFORE: Final = bytes(2 * RATE // 5)
_PIECES: Final = re.compile(r"[0-9,]|[a-z]+")


def record(text: str, file: Path, hum: bytes = b"") -> float:
    """Write what is said; its length in seconds. `hum` (16-bit samples) is heard over and over in the pauses."""
    pause = 2 * int(RATE * PAUSE_SECONDS)
    between = (hum * (pause // len(hum) + 1))[:pause] if hum else bytes(pause)
    sound = _BEFORE + b"".join(between if piece == "," else _said(piece) for piece in _PIECES.findall(text))
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound)
    return len(sound) / 2 / RATE


def _said(piece: str) -> bytes:
    file = _PROMPTS / f"{_PROMPT[piece]}.wav" if piece in _PROMPT else _WORDS / f"{piece}.wav"
    with wave.open(str(file)) as recording:
        return bytes(recording.readframes(recording.getnframes()))
