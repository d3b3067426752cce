"""Sets of spoken cards for `make speech-eval`: voices that were never trained on, and people left out of training.

Each set is a folder with index.csv (file, field, digits, condition) and 8 kHz mono WAV files. The same speech is
there four times: clean, with noise 20 and 10 dB below it, and among other people talking (10 dB below it as well).
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from scipy import signal

from ear.census import Answer
from ear.channel import PINK, SPEECH_LEVEL, Sound, band, levelled, mu_law, trimmed
from ear.corpus import RATE, Audio, write_wav
from ear.kokoro import Voices
from ear.machines import FLITE_HELD_OUT, Machines
from ear.people import Takes
from ear.sayings import sentence
from ear.speakers import HELD_OUT, Mixture
from ear.words import DIGITS

CONDITIONS: Final = ("clean", "20dB", "10dB", "babble")
GROUPS: Final = {16: (4, 4, 4, 4), 15: (4, 6, 5), 4: (2, 2), 3: (3,)}
PREFIXES: Final = ("4", "4", "4", "51", "52", "53", "54", "55", "2223", "6011", "34", "37")

POSTAL_CODE_LENGTHS: Final = range(3, 11)

STORIES: Final = (
    "I was just about to leave the house when you called.",
    "My brother lives in Portugal with his wife and their little boy.",
    "Let me see if I can find it in the drawer upstairs.",
    "The bakery on the corner sells the nicest cakes.",
    "Do you know whether they are open on Sunday afternoon?",
    "It was raining so hard that nobody wanted to go outside.",
    "She told me that the parcel would arrive next Thursday.",
    "Hang on a moment, the kettle is boiling.",
)
"""Said by nobody in the corpus."""

_DIGIT_OF: Final = {"oh": "0", **{word: str(digit) for digit, word in enumerate(DIGITS)}}

Spoken = tuple[str, str, Sound]
"""A field, its digits, and the speech."""


class Writer:
    """Fills a set's folder."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._noise = folder, np.random.default_rng(seed)
        self._rows: list[tuple[str, str, str, str]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, speaker: str, spoken: Spoken, talkers: Sequence[Sound]) -> None:
        """One field of one speaker, in each condition."""
        for condition in CONDITIONS:
            self._store(speaker, spoken, condition, self._line(spoken[2], condition, talkers))

    def add_one(self, speaker: str, spoken: Spoken, condition: str) -> None:
        """One sound, as it is, under a name of its own."""
        self._store(speaker, spoken, condition, self._line(spoken[2], "clean", ()))

    def _store(self, speaker: str, spoken: Spoken, condition: str, line: Sound) -> None:
        file = f"{len(self._rows):05d}-{speaker}-{condition}.wav"
        write_wav(self._folder / file, line.astype(np.float32))
        self._rows.append((file, spoken[0], spoken[1], condition))

    def close(self) -> None:
        """Write the index."""
        with (self._folder / "index.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("file", "field", "digits", "condition"), *self._rows])

    def _line(self, speech: Sound, condition: str, talkers: Sequence[Sound]) -> Sound:
        quiet = np.zeros(int(0.3 * RATE)), np.zeros(int(0.5 * RATE))
        sound = band(np.concatenate([quiet[0], levelled(speech), quiet[1]]), 300, 3400)
        if condition == "babble":
            noise = np.sum([self._turned(talker, len(sound)) for talker in talkers], axis=0)
            sound = sound + levelled(band(noise, 300, 3400)) * 10**-0.5
        elif condition != "clean":
            noise = self._noise.standard_normal(len(sound))
            noise = noise / noise.std() + (pink := np.asarray(signal.lfilter(*PINK, noise))) / pink.std()
            noise = band(noise, 300, 3400)
            sound = sound + noise / noise.std() * SPEECH_LEVEL * 10 ** (-float(condition.removesuffix("dB")) / 20)
        return mu_law(sound)

    def _turned(self, talker: Sound, length: int) -> Sound:
        start = int(self._noise.integers(0, RATE))
        return np.resize(levelled(talker), length + RATE)[start : start + length]


def card_number(dice: random.Random) -> str:
    """A number that passes every check, of one of the large brands."""
    prefix = dice.choice(PREFIXES)
    length = 15 if prefix.startswith("3") else 16
    body = prefix + "".join(dice.choice("0123456789") for _ in range(length - 1 - len(prefix)))
    return next(body + digit for digit in "0123456789" if checks(body + digit))


def checks(number: str) -> bool:
    """Whether the last digit fits the others."""
    doubled = "0246813579"
    odd, even = number[-1::-2], number[-2::-2]
    return (sum(map(int, odd)) + sum(int(doubled[int(digit)]) for digit in even)) % 10 == 0


def fields(dice: random.Random, cards: int) -> Iterator[tuple[str, str]]:
    """So many cards: the number of each, and of every second one its expiry and its security code."""
    for count in range(cards):
        yield "payment-card-number", card_number(dice)
        if count % 2:
            yield "expiration-date", f"{dice.randint(1, 12):02d}{dice.randint(26, 35)}"
            yield "security-code", "".join(dice.choice("0123456789") for _ in range(3))


def as_spoken(digits: str, dice: random.Random) -> str:
    """The digits as words: one by one with a pause after each group; half of the speakers say "oh" for zero."""
    zero = dice.choice(("zero", "oh"))
    words = [zero if digit == "0" else DIGITS[int(digit)] for digit in digits]
    groups, place = [], 0
    for size in GROUPS[len(digits)]:
        groups.append(" ".join(words[place : place + size]))
        place += size
    return ", ".join(groups) + "."


def strung_digits(takes: Takes, digits: str, dice: random.Random) -> Sound:
    """A person's digits, each spoken alone, one after the other, with a pause after each group."""
    ends = set(np.cumsum(GROUPS[len(digits)]))
    pieces: list[Sound] = []
    for place, digit in enumerate(digits, start=1):
        pause = dice.uniform(0.25, 0.5) if place in ends else dice.uniform(0.02, 0.15)
        pieces += [dice.choice(takes[DIGITS[int(digit)]]), np.zeros(int(RATE * pause))]
    return np.concatenate(pieces)


def write_voices(folder: Path, voices: Voices, machines: Machines, cards: int) -> None:
    """The set of voices that nobody has trained on: Kokoro's, and half as many cards of each machine's."""
    writer, crowd = Writer(folder, 7), talkers(machines)

    def one(speaker: str, count: int, speak: Callable[[str, float], tuple[Audio, int]]) -> None:
        dice = random.Random(f"{speaker} {count}")
        for field, digits in fields(dice, count):
            audio, rate = speak(as_spoken(digits, dice), dice.uniform(0.85, 1.1))
            speech = trimmed(np.asarray(signal.resample_poly(audio.astype(np.float64), RATE, rate)))
            writer.add(speaker, (field, digits, speech), dice.sample(crowd, 3))

    for name in HELD_OUT:
        mixture = Mixture(name, name, 1.0, british=name.startswith("b"))
        one(name, cards, lambda text, speed, who=mixture: voices.speak(text, who, speed))  # type: ignore[misc]
    for name in FLITE_HELD_OUT:
        one(f"flite-{name}", cards // 2, lambda text, speed, who=name: machines.flite(text, who, speed))  # type: ignore[misc]
    writer.close()


def write_beside_the_point(folder: Path, machines: Machines) -> None:
    """Sounds in which no digit is said: stories by voices never trained on, a crowd, music, and silence."""
    writer, dice, crowd = Writer(folder, 7), random.Random(5), talkers(machines)
    for name in FLITE_HELD_OUT:
        for line in STORIES:
            audio, rate = machines.flite(line, name, dice.uniform(0.9, 1.1))
            speech = np.asarray(signal.resample_poly(audio.astype(np.float64), RATE, rate))
            writer.add_one(name, ("payment-card-number", "", trimmed(speech)), "sentences")
    for number in range(10):
        mixed = np.sum([np.resize(levelled(talker), 6 * RATE) for talker in dice.sample(crowd, 3)], axis=0)
        writer.add_one(f"crowd-{number}", ("payment-card-number", "", mixed), "crowd")
        writer.add_one(f"music-{number}", ("payment-card-number", "", music(dice)), "music")
        writer.add_one(f"silence-{number}", ("payment-card-number", "", np.zeros(6 * RATE)), "silence")
    writer.close()


def music(dice: random.Random) -> Sound:
    """Six seconds of chords."""
    time = np.arange(RATE // 2) / RATE
    bars = []
    for _ in range(12):
        root = 110 * 2 ** (dice.randrange(24) / 12)
        tones = [
            np.sin(2 * np.pi * root * step * over * time) / over for step in (1, 1.26, 1.5) for over in (1, 2, 3)
        ]
        bars.append(np.sum(tones, axis=0) * np.exp(-3 * time))
    return np.concatenate(bars)


def write_people(folder: Path, people: Mapping[str, Takes], cards: int, machines: Machines) -> None:
    """A set for each of the people whose digits were recorded one by one."""
    crowd = talkers(machines)
    for name, takes in people.items():
        dice, writer = random.Random(f"{name} {cards}"), Writer(folder / name, 7)
        for field, digits in fields(dice, cards):
            speech = trimmed(strung_digits(takes, digits, dice))
            writer.add(name, (field, digits, speech), dice.sample(crowd, 3))
        writer.close()


def write_census(folder: Path, people: Mapping[str, Sequence[Answer]], machines: Machines) -> None:
    """What these people say that is digits and no more, in one breath: as postal codes, which may have any length."""
    writer, dice, crowd = Writer(folder, 7), random.Random(1), talkers(machines)
    for name, answers in people.items():
        for answer in answers:
            digits = [_DIGIT_OF.get(word, "") for word in answer.words]
            if all(digits) and len(digits) in POSTAL_CODE_LENGTHS:
                writer.add(name, ("postal-code", "".join(digits), answer.sound), dice.sample(crowd, 3))
    writer.close()


def talkers(machines: Machines) -> list[Sound]:
    """People talking beside the point, for the babble."""
    dice, crowd = random.Random(3), []
    for _ in range(40):
        text = sentence(dice).text
        _, speak = machines.any(dice)
        audio, rate = speak(text)
        crowd.append(np.asarray(signal.resample_poly(audio.astype(np.float64), RATE, rate)))
    return [talker for talker in crowd if len(talker) > RATE and np.abs(talker).max() > 0.01]
