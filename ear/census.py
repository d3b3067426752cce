"""People who answer a census: they spell names and streets, and say numbers and commands, all in one breath.

DATA/an4 is the Census (AN4) database of Carnegie Mellon University, 1991, as the repository cmusphinx/an4 has it
(free for any purpose, with attribution): 84 people, 10 of whom are its test speakers and kept for checking.
DATA/sentences has what others said, telephone numbers and digits above all: `<name>.wav` and, in words, `<name>.txt`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy import signal

from ear.channel import Sound, any_throat, levelled, somebody_else, trimmed
from ear.corpus import RATE, read_any_wav
from ear.sayings import saying_of, transcribed
from ear.words import GARBAGE

FOLDER: Final = "an4"
SENTENCES: Final = "sentences"
TOGETHER: Final = 10
"""So many sentences of others are heard as often as what one person of the census says."""
TRAINED, CHECKING = "train", "test"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says in one breath."""

    sound: Sound
    words: tuple[str, ...]


def census(data: Path, part: str = TRAINED) -> Mapping[str, Sequence[Answer]]:
    """The answers of each of the people in a part of the database; nobody if it is not there."""
    index, people = data / FOLDER / "etc" / f"an4_{part}", dict[str, list[Answer]]()
    if index.with_suffix(".fileids").is_file():
        places = index.with_suffix(".fileids").read_text().split()
        lines = index.with_suffix(".transcription").read_text().splitlines()
        for place, line in zip(places, lines, strict=True):
            file = data / FOLDER / "wav" / f"{place}.wav"
            people.setdefault(file.parent.name, []).append(Answer(_sound(file), transcribed(line).words))
    return people


def sentences(data: Path) -> Sequence[Sequence[Answer]]:
    """What others say in one breath, a few of them together; nobody if it is not there."""
    files = sorted((data / SENTENCES).glob("*.wav"))
    said = [Answer(_sound(file), saying_of(file.with_suffix(".txt").read_text()).words) for file in files]
    return [said[place : place + TOGETHER] for place in range(0, len(said), TOGETHER)]


def in_a_row(answers: Sequence[Answer], dice: random.Random) -> tuple[Sound, tuple[str, ...]]:
    """Some answers of one person, as somebody else might give them; numbers more often than names."""
    weights = [1 if GARBAGE in answer.words else 3 for answer in answers]
    speed = dice.uniform(0.85, 1.2)
    throat = any_throat(dice, 0.6)
    pieces, words = list[Sound](), list[str]()
    for answer in dice.choices(answers, weights, k=dice.choice((1, 1, 1, 2, 2))):
        pieces += [somebody_else(answer.sound, speed, throat), np.zeros(int(RATE * dice.uniform(0.05, 0.5)))]
        words += answer.words
    return np.concatenate(pieces), tuple(words)


def _sound(file: Path) -> Sound:
    audio, rate = read_any_wav(file)
    return levelled(trimmed(np.asarray(signal.resample_poly(audio.astype(np.float64), RATE, rate))))
