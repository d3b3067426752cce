"""In silence the shipped model makes words up and takes them back: nobody is told of them."""

from __future__ import annotations

import random
import wave
from array import array
from pathlib import Path

import pytest

from pci.capture.speaking import _WORDS
from speech import SHIPPED, Grammar, Heard, Model
from speech.vosk import VoskListener, VoskRecogniser
from stack.phones.voice import record

SECONDS, PIECE, RATE = 6, 960, 8000
MENU = frozenset("pay payment stop cancel repeat operator agent again one nine".split())


def noise(loudest: int) -> bytes:
    dice = random.Random(3)  # noqa: S311 - nobody has to be surprised
    return array("h", [dice.randint(-loudest, loudest) for _ in range(SECONDS * RATE)]).tobytes()


async def heard_in(listener: VoskListener, sound: bytes) -> list[Heard]:
    """What is heard of words."""
    heard: list[Heard] = []
    for start in range(0, len(sound), PIECE):
        heard += await listener.feed(sound[start : start + PIECE])
    return [one for one in heard if one.alternatives[0].words]


@pytest.mark.parametrize("words", [_WORDS, MENU], ids=["a card", "a menu"])
async def test_given_silence_or_a_faint_noise_then_nothing_is_heard_and_a_word_after_it_is(
    words: frozenset[str], tmp_path: Path
) -> None:
    record("1", tmp_path / "one.wav")
    with wave.open(str(tmp_path / "one.wav")) as file:
        one = file.readframes(file.getnframes())
    with VoskRecogniser.open([Model("en", SHIPPED["en"])]) as recogniser:
        listener = recogniser.listen(Grammar(recogniser.known(words)))
        assert await heard_in(listener, bytes(2 * SECONDS * RATE)) == []
        assert await heard_in(listener, noise(60)) == []
        heard = await heard_in(listener, one + bytes(2 * 2 * RATE))
        assert "one" in heard[-1].alternatives[0].words
        assert not heard[0].final, "that somebody speaks is told at once"
        listener.close()
