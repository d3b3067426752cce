"""Keypad tones are silenced before anything is heard, however the sound is cut; speech is left as it is."""

from __future__ import annotations

import wave
from array import array
from pathlib import Path

import numpy as np
import pytest

from speech.recogniser import RATE
from speech.scripted import silence
from speech.tones import Toneless

SOUNDS = Path(__file__).parents[2] / "sounds" / "en"
PAD = {
    key: (row, column)
    for row, keys in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for key, column in zip(keys, (1209, 1336, 1477, 1633), strict=True)
}


def key(name: str, *, milliseconds: int = 100, twist: float = 1.0) -> bytes:
    """The tones of a key; its high one is `twist` times as strong as the low one."""
    time = np.arange(RATE * milliseconds // 1000) / RATE
    low, high = (np.sin(2 * np.pi * hertz * time) for hertz in PAD[name])
    return bytes((4000 * (low + twist * high)).astype("<i2").tobytes())


def through(sound: bytes, step: int) -> bytes:
    toneless = Toneless()
    pieces = [toneless.of(sound[start : start + step]) for start in range(0, len(sound), step)]
    return b"".join(pieces) + toneless.rest()


@pytest.mark.parametrize("name", PAD)
@pytest.mark.parametrize("shift", [0, 37, 61])
def test_nothing_is_left_of_a_key_wherever_it_begins(name: str, shift: int) -> None:
    left = through(bytes(2 * shift) + key(name) + silence(0.1), step=960)
    assert max(array("h", left)) == 0


@pytest.mark.parametrize("twist", [0.6, 1.7])
@pytest.mark.parametrize("step", [34, 320, 100_000])
def test_a_short_key_of_two_strengths_is_one_too_however_it_comes_in(twist: float, step: int) -> None:
    left = through(silence(0.013) + key("5", milliseconds=50, twist=twist) + silence(0.1), step)
    assert max(array("h", left)) == 0


@pytest.mark.parametrize("step", [318, 960])
def test_what_is_said_is_left_as_it_is(step: int) -> None:
    for name in ("digit-0", "digit-5", "digit-9", "card-number-invalid"):
        with wave.open(str(SOUNDS / f"{name}.wav")) as file:
            said = file.readframes(file.getnframes())
        assert through(said, step) == said


def test_one_tone_alone_is_no_key() -> None:
    time = np.arange(RATE // 5) / RATE
    dial_tone = (4000 * np.sin(2 * np.pi * 697 * time)).astype("<i2").tobytes()
    assert through(dial_tone, 960) == dial_tone
