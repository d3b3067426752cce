"""Training examples, made as they are needed: no two steps of the training hear the same call."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ear.alone import CENSUS as ALONE_CENSUS
from ear.census import census, in_a_row, sentences
from ear.channel import Channel, Sound, any_throat, levelled, somebody_else, trimmed
from ear.corpus import RATE, Source, Utterance, read_wav
from ear.crowd import Crowd, crowd, places
from ear.features import Features, mfcc
from ear.masks import masked
from ear.people import Takes, development_speakers, strung, telephone_voice
from ear.speak import ALONE_ACCENTS
from ear.words import GARBAGE

NOBODY, CENSUS, PERSON, CROWD, ONE_OF_THEM, ALONE, MACHINE = 0.04, 0.15, 0.04, 0.21, 0.24, 0.12, 0.3
# shares of the examples, PERSON for each of them; MACHINE is of those in which somebody says a sentence
ACCENT, ACCENT_ALONE = 0.25, 0.6
"""Of Kokoro's sentences, and of machines' words alone, how many are with an accent."""
PLACE = 0.3  # how often the sound of a real place is the noise, of the times when there is talk otherwise
REREAD = 400  # examples after which the corpus is looked at for what is new


@dataclass(frozen=True, slots=True)
class Material:
    """Where to find what is trained on; `people` are the development speakers to hear, by name."""

    corpus: Path
    sounds: Path  # Asterisk's English recordings
    data: Path | None = None  # of people; the crowd and the census are heard by everybody
    people: Collection[str] = ()


class Examples:
    """An endless supply; another seed gives other examples."""

    def __init__(self, material: Material, seed: int) -> None:
        self._dice = random.Random(seed)
        self._generator = np.random.default_rng(seed)
        self._channel = Channel(self._generator)
        self._corpus = material.corpus
        self._read: dict[Path, list[tuple[Path, Utterance]]] = {}
        self._alone: dict[str, dict[str, list[Sound]]] = {}
        self._accents: dict[str, dict[str, list[Sound]]] = {}
        people = development_speakers(material.data, material.people) if material.data and material.people else {}
        self._people = [*people.values(), telephone_voice(material.sounds)]
        self._crowd = crowd(material.data) if material.data else Crowd({}, [])
        self._places = places(material.data) if material.data else []
        self._census = [*census(material.data).values(), *sentences(material.data)] if material.data else []
        self._made = 0

    def one(self) -> tuple[Features, tuple[str, ...]]:
        """What is heard, and the words in it."""
        if self._made % REREAD == 0:
            self._look_for_new()
        self._made += 1
        if self._dice.random() < NOBODY:
            return self._nobody(), ()
        if self._census and self._dice.random() < CENSUS:
            sound, words = in_a_row(self._dice.choice(self._census), self._dice)
        else:
            takes = self._takes()
            sound, words = strung(takes, self._dice) if takes else self._sentences()
        heard = mfcc(self._channel.call(sound, self._talkers()), self._generator)
        return masked(heard, self._generator), _joined(words, ())

    def _takes(self) -> Takes | None:
        """Words that stand alone: of a person, of the crowd, of one of the crowd, of a machine; or None of them."""
        kind = self._dice.random()
        kind -= PERSON * len(self._people)
        if kind < 0:
            return self._dice.choice(self._people)
        kind -= CROWD if self._crowd.words else 0
        if kind < 0:
            return self._crowd.words
        kind -= ONE_OF_THEM if self._crowd.people else 0
        if kind < 0:
            return self._dice.choice(self._crowd.people)
        alone = self._accents if self._accents and self._dice.random() < ACCENT_ALONE else self._alone
        return alone[self._dice.choice(list(alone))] if kind < ALONE and alone else None

    def _sentences(self) -> tuple[Sound, tuple[str, ...]]:
        kind = self._dice.random()
        natural = "accents" if kind < MACHINE + (1 - MACHINE) * ACCENT else "kokoro"
        sound, words = self._speaker("machine" if kind < MACHINE else natural)
        if len(sound) < 3 * RATE and self._dice.random() < 0.3:
            more, more_words = self._speaker("kokoro")
            pause = np.zeros(int(RATE * self._dice.uniform(0.1, 0.6)))
            sound, words = np.concatenate([levelled(sound), pause, levelled(more)]), (*words, *more_words)
        return sound, words

    def _speaker(self, kind: str) -> tuple[Sound, tuple[str, ...]]:
        path, utterance = self._pick(kind)
        sound = trimmed(read_wav(path).astype(np.float64))
        return somebody_else(sound, self._dice.uniform(0.8, 1.25), any_throat(self._dice, 0.6)), utterance.words

    def _pick(self, kind: str) -> tuple[Path, Utterance]:
        sources = [source for source in self._read if source.name.startswith(kind)] or list(self._read)
        return self._dice.choice(
            self._read[self._dice.choices(sources, [len(self._read[one]) for one in sources])[0]]
        )

    def _talkers(self) -> list[Sound]:
        if self._places and self._dice.random() < PLACE:
            return [self._dice.choice(self._places)]
        count = self._dice.choice((1, 2, 3, 4, 5))
        return [read_wav(self._pick("machine")[0]).astype(np.float64) for _ in range(count)]

    def _nobody(self) -> Features:
        length = int(RATE * self._dice.uniform(1, 4))
        noise = self._channel.noise(length, []) * 10 ** (self._dice.uniform(-70, -20) / 20)
        return mfcc(np.round(np.clip(noise, -1, 1) * 32767), self._generator)

    def _look_for_new(self) -> None:
        for folder in sorted(self._corpus.iterdir()):
            known = self._read.setdefault(folder, [])
            new = [(folder / one.file, one) for one in Source(folder).read(len(known))]
            known += new
            if folder.name.startswith("alone"):
                for path, one in new:
                    take = levelled(trimmed(read_wav(path).astype(np.float64)))
                    self._takes_of(folder.name, one.speaker).setdefault(one.words[0], []).append(take)

    def _takes_of(self, folder: str, speaker: str) -> dict[str, list[Sound]]:
        """Where a word alone belongs."""
        if folder == ALONE_CENSUS:
            return self._crowd.words
        return (self._accents if folder.startswith(ALONE_ACCENTS) else self._alone).setdefault(speaker, {})


def _joined(words: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    both = [*words, *more]
    return tuple(
        word for before, word in zip(["", *both], both, strict=False) if word != GARBAGE or before != GARBAGE
    )
