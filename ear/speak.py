"""Let the speakers speak: fill the corpus, as far as the time goes; every run adds to what is there."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Final

from ear.accents import any_accent, any_speaker
from ear.corpus import Audio, Source
from ear.kokoro import Voices
from ear.machines import Machines, Speak
from ear.sayings import any_saying, spelled
from ear.speakers import any_mixture
from ear.words import DIGITS
from scripts.voice import VOICE_RATE

ALONE: Final = (*DIGITS, "oh", "double", "triple")
"""The words that a speaker also says one by one, to be strung together as those of people are."""

ALONE_ACCENTS: Final = "alone-accents"
"""The sources of words alone that are said with an accent, by what their names begin with."""
LISTED: Final = 0.5
"""How often who has an accent says the words one by one."""


def natural(corpus: Path, voices: Voices, seconds: float, seed: int) -> None:
    """Kokoro's speakers, for so many seconds of wall time; every fourth of them says words alone."""
    talk, alone = Source(corpus / f"kokoro-{seed}"), Source(corpus / f"alone-kokoro-{seed}")
    dice = random.Random(f"{seed} {len(talk)} {len(alone)}")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        mixture, speed = any_mixture(dice), dice.choice((dice.uniform(0.7, 1.0), dice.uniform(0.9, 1.35)))
        name = f"{mixture.first} {mixture.share:.2f} {mixture.second}"
        if dice.random() < 0.25:
            _say_alone(alone, f"{name} {len(alone)}", lambda word: voices.speak(f"{word}.", mixture, speed))  # noqa: B023
            continue
        saying = any_saying(dice)
        talk.add(*voices.speak(saying.text, mixture, speed), name, saying.words)


def accented(corpus: Path, voices: Voices, seconds: float, seed: int) -> None:
    """Kokoro's speakers with the accents of other languages: digits in one breath, and every one of them alone."""
    talk, alone = Source(corpus / f"accents-{seed}"), Source(corpus / f"{ALONE_ACCENTS}-{seed}")
    dice = random.Random(f"{seed} {len(talk)} {len(alone)}")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        speaker, says, speed = any_speaker(dice), any_accent(dice), dice.uniform(0.7, 1.4)
        name, listed = f"{speaker.first} {speaker.share:.2f} {speaker.second} {len(talk)}", dice.random() < LISTED
        words = dice.sample((*DIGITS, "oh"), 11) if listed else spelled(dice, dice.choice((4, 6, 8)))
        audio, each = voices.pronounce([says[word] + (", " if listed else " ") for word in words], speaker, speed)
        talk.add(audio, VOICE_RATE, name, tuple(words))
        for word, sound in zip(words, each, strict=True) if listed else ():
            alone.add(sound, VOICE_RATE, name, (word,))


def machine(corpus: Path, machines: Machines, count: int, seed: int) -> None:
    """The machine voices, until there are `count` utterances, and a tenth as many who say words alone."""
    talk, alone = Source(corpus / f"machine-{seed}"), Source(corpus / f"alone-machine-{seed}")
    dice = random.Random(f"{seed} {len(talk)} {len(alone)}")
    while len(talk) < count:
        saying, (speaker, speak) = any_saying(dice), machines.any(dice)
        audio, rate = speak(saying.text)
        if _audible(audio, rate):
            talk.add(audio, rate, speaker, saying.words)
    while len(alone) < count // 10 * len(ALONE):
        speaker, speak = machines.any(dice)
        _say_alone(alone, f"{speaker} {len(alone)}", speak)


def _say_alone(source: Source, speaker: str, speak: Speak) -> None:
    takes = [(word, *speak(word)) for word in ALONE]
    if all(_audible(audio, rate) for _, audio, rate in takes):
        for word, audio, rate in takes:
            source.add(audio, rate, speaker, (word,))


def _audible(audio: Audio, rate: int) -> bool:
    """Some of espeak-ng's variants fall silent."""
    return len(audio) > rate // 10 and float(abs(audio).max()) > 0.01
