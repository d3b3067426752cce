"""What the shipped ear makes of sounds in which no card is said: of none of them a card is taken.

They are computed, or our own recordings. How often people are understood `make speech-eval` measures.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.understanding.listening import Listening
from ivr.understanding.questions import for_choice, for_yes_or_no
from pci.capture.choice import Taken
from pci.capture.fields import SPOKEN_PROMPTS
from speech import RATE, SHIPPED, Model
from speech.scripted import silence
from speech.vosk import VoskRecogniser
from stack.phones.voice import record
from tests.shipped_ear import SOUNDS, Ear, played

ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
PAD = "123456789*0#"
NUMBER = "2616611661166112"
QUESTIONS = {
    "a menu": for_choice("en", {"1": ("pay", "payment"), "9": ("stop", "cancel")}, person=True),
    "yes or no": for_yes_or_no("en", "1", "2", person=True),
}
Sound = NDArray[np.float64]


def samples(sound: Sound) -> bytes:
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def music() -> bytes:
    """Chords, two a second."""
    time = np.arange(RATE // 2) / RATE
    roots = [110 * 2 ** (step / 12) for step in (0, 5, 7, 12, 9, 2, 7, 0)]
    overtones = [step * over for step in (1, 1.26, 1.5) for over in (1, 2, 3)]
    chords = [np.sum([np.sin(2 * np.pi * root * tone * time) for tone in overtones], axis=0) for root in roots]
    return samples(np.concatenate([0.03 * chord * np.exp(-3 * time) for chord in chords]))


def cough() -> bytes:
    """Two bursts of noise."""
    time = np.arange(RATE // 4) / RATE
    burst = 0.25 * np.random.default_rng(1).standard_normal(len(time)) * np.exp(-14 * time)
    return samples(np.concatenate([burst, np.zeros(RATE // 10), 0.7 * burst]))


def tones(keys: str) -> bytes:
    """Keys as a phone without events tells them: two sine waves each."""
    time = np.arange(RATE // 10) / RATE
    pairs = [(ROWS[PAD.index(key) // 3], COLUMNS[PAD.index(key) % 3]) for key in keys]
    waves = [0.2 * np.sum([np.sin(2 * np.pi * tone * time) for tone in pair], axis=0) for pair in pairs]
    return b"".join(samples(wave) + silence(0.08) for wave in waves)


def television() -> bytes:
    """Somebody talks on and on, about something else."""
    return b"".join(played(SOUNDS / f"{name}.wav") for name in ("welcome", "goodbye", "text-is-coming", "hold-on"))


def said(folder: Path, digits: str, between: bytes) -> bytes:
    """A number in the voice of our own recordings, with something in its middle."""
    halves = []
    for place, half in enumerate((f"{digits[:4]},{digits[4:8]},", f",{digits[8:12]},{digits[12:]}")):
        record(half, folder / f"{place}.wav")
        halves.append(played(folder / f"{place}.wav"))
    return halves[0] + between + halves[1]


@pytest.fixture(scope="module")
def recogniser() -> Iterator[VoskRecogniser]:
    with VoskRecogniser.open([Model("en", SHIPPED["en"])]) as recogniser:
        yield recogniser


@pytest.fixture
def ear(recogniser: VoskRecogniser) -> Ear:
    return Ear(recogniser)


BESIDE = {
    "music": music(),
    "keypad tones": tones("424200#"),
    "a cough": cough(),
    "a television": television(),
}


@pytest.mark.parametrize("sound", BESIDE.values(), ids=BESIDE)
async def test_given_a_sound_that_is_no_card_then_none_is_taken(ear: Ear, sound: bytes) -> None:
    assert not isinstance(await ear.card_in(sound), Taken)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
async def test_given_keypad_tones_in_the_audio_then_no_word_is_heard_in_them(
    ear: Ear, question: Listening | None
) -> None:
    assert question is not None
    heard = await ear.hear(tones("424200#"), question.words)
    assert [one for one in heard if one.alternatives[0].words] == []


async def test_given_a_cough_in_the_middle_of_a_number_then_no_other_number_is_taken(
    ear: Ear, tmp_path: Path
) -> None:
    assert await ear.card_in(said(tmp_path, NUMBER, b"")) == Taken(NUMBER)
    ear.heard.clear()
    chosen = await ear.card_in(said(tmp_path, NUMBER, cough()))
    assert not isinstance(chosen, Taken) or chosen.digits == NUMBER


@pytest.mark.parametrize("loud", [1.0, 0.1])
async def test_given_our_own_prompts_echoed_back_then_no_card_is_taken(ear: Ear, loud: float) -> None:
    prompts = [played(SOUNDS / f"{name}.wav") for name in sorted(SPOKEN_PROMPTS)]
    echo = b"".join(samples(loud / 32767 * np.frombuffer(sound, "<i2")) for sound in prompts)
    assert not isinstance(await ear.card_in(echo, over_prompt=True), Taken)
