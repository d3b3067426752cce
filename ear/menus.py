"""A set of answers to a menu and to yes or no, of days, and of what is none, for `python -m bench.speech_eval.menus`.

By the voices that are never trained on, and by the people of Speech Commands who are kept for checking, as far as
their recordings are at hand.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from scipy import signal

from ear.channel import Sound, band, levelled, mu_law, trimmed
from ear.corpus import RATE, Audio, read_any_wav, write_wav
from ear.crowd import PEOPLE
from ear.kokoro import Voices
from ear.machines import FLITE_HELD_OUT, Machines
from ear.speakers import HELD_OUT, KEPT, Mixture, word_and_person
from ear.words import MONTHS, NTH

ANSWERS: Final = {
    **{word: ("menu", "1") for word in ("pay", "payment", "one")},
    **{word: ("menu", "9") for word in ("stop", "cancel", "nine")},
    "yes": ("yes-no", "1"),
    "no": ("yes-no", "2"),
}
"""The question that a word answers, and the key that it means."""
NO_ANSWERS: Final = (
    *("what", "hello", "wait a moment", "I do not know", "say that once more please", "who is this", "okay", "five"),
    *("I need to find my glasses", "how much was that", "sorry", "maybe later"),
)
QUESTIONS: Final = ("menu", "yes-no")
DAYS: Final = 8
"""Said by each of the voices."""

Said = tuple[str, str, Sound]
"""By whom, what, and how it sounds."""


def write_menus(folder: Path, voices: Voices, machines: Machines, data: Path) -> None:
    """Everything, with an index."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [("file", "question", "key", "condition")]
    for condition, said in (
        ("voices", by_voices(voices)),
        ("machines", by_machines(machines)),
        ("people", kept(data)),
    ):
        for number, (speaker, words, sound) in enumerate(said):
            file = f"{condition}-{number:03d}-{speaker}-{words.replace(' ', '-')}.wav"
            write_wav(folder / file, on_a_line(sound).astype(np.float32))
            rows += [(file, question, key, f"{condition}, {question}") for question, key in asked(words)]
    with (folder / "index.csv").open("w", newline="") as file_of_rows:
        csv.writer(file_of_rows).writerows(rows)


def asked(words: str) -> list[tuple[str, str]]:
    """The questions to which this may be said, and the key that it means; "" where it is no answer."""
    if words in ANSWERS:
        return [ANSWERS[words]]
    key = key_of_day(words)
    return [("day", key)] if key else [(question, "") for question in QUESTIONS]


def by_voices(voices: Voices) -> Iterator[Said]:
    """Kokoro's: every answer, and some of what is none."""
    dice = random.Random(11)
    for name in HELD_OUT:
        mixture = Mixture(name, name, 1.0, british=name.startswith("b"))
        for words in (*ANSWERS, *dice.sample(NO_ANSWERS, 7), *days(name)):
            yield name, words, sound_of(*voices.speak(f"{words.capitalize()}.", mixture, dice.uniform(0.85, 1.1)))


def by_machines(machines: Machines) -> Iterator[Said]:
    """Flite's."""
    dice = random.Random(12)
    for name in FLITE_HELD_OUT:
        for words in (*ANSWERS, *NO_ANSWERS, *days(name)):
            yield name, words, sound_of(*machines.flite(words, name, dice.uniform(0.85, 1.1)))


def days(name: str) -> list[str]:
    """Some days, as this voice says them: "March third", "the third of March"."""
    dice = random.Random(f"{name} {DAYS}")
    said = [(dice.choice(MONTHS), dice.choice(NTH)) for _ in range(DAYS)]
    return [f"{month} {nth}" if dice.random() < 0.5 else f"the {nth} of {month}" for month, nth in said]


def key_of_day(words: str) -> str:
    """The four keys of a day; "" if it is none."""
    named = set(words.split())
    month = [number for number, name in enumerate(MONTHS, start=1) if name in named]
    day = [30 if name == NTH[-1] else number for number, name in enumerate(NTH, start=1) if name in named]
    return f"{month[0]:02d}{day[0]:02d}" if month and day else ""


def kept(data: Path) -> Iterator[Said]:
    """The people's single words: yes, no, stop, one, nine, and others."""
    for file in sorted((data / PEOPLE).glob("*/*.wav")):
        named = word_and_person(file)
        if named and named.person in KEPT:
            yield named.person, named.word, sound_of(*read_any_wav(file))


def sound_of(audio: Audio, rate: int) -> Sound:
    """At the rate of a telephone, without the silence around it."""
    return trimmed(np.asarray(signal.resample_poly(audio.astype(np.float64), RATE, rate)))


def on_a_line(sound: Sound) -> Sound:
    """With the silence around it, and what a telephone leaves of it."""
    quiet = np.zeros(int(0.3 * RATE)), np.zeros(int(0.5 * RATE))
    return mu_law(band(np.concatenate([quiet[0], levelled(sound), quiet[1]]), 300, 3400))
