"""Many people who have said a few words each, wherever they were, and the sounds of such places.

DATA/speech-commands is the archive of test files, version 0.02, of Speech Commands by Pete Warden (CC BY 4.0).
DATA/speech-commands-people has folders `<word>/` of the whole collection, as far as they are at hand; some of its
people are kept for checking.
DATA/audiomnist has the folders of speakers of AudioMNIST by Becker and others (MIT), as far as they are at hand.
DATA/voices has folders of other people with files `<word>_<n>.wav`: who counts or spells in some program. Those of
DATA/voices-kept are kept for checking.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy import signal

from ear.channel import Sound, levelled, trimmed
from ear.corpus import RATE, read_any_wav
from ear.people import Takes
from ear.speakers import KEPT, word_and_person
from ear.words import DIGITS, GARBAGE, STATES

TEST_FILES: Final = "speech-commands"
PEOPLE: Final = "speech-commands-people"
ONE_BY_ONE: Final = "audiomnist"
VOICES: Final = "voices"
VOICES_KEPT: Final = "voices-kept"
ENOUGH: Final = 4
"""Who says so many of the digits can say a number: somebody else says the others for them."""
STAND_INS: Final = 2
"""So many takes of others there are then of each of those."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What each word was like in the mouths of all these people, and in that of each who says enough of the digits.

    What the ear does not know is under `GARBAGE`. Around a word there is what was to hear where it was said.
    """

    words: dict[str, list[Sound]]
    people: list[Takes]


def crowd(data: Path) -> Crowd:
    """Everybody but those who are kept for checking; nobody if their recordings are not there."""
    words, people = dict[str, list[Sound]](), dict[str, dict[str, list[Sound]]]()
    for person, word, file in _sayings(data):
        sound = levelled(_sound(file))
        words.setdefault(word, []).append(sound)
        if word in DIGITS:
            people.setdefault(person, {}).setdefault(word, []).append(sound)
    dice = random.Random(0)
    return Crowd(words, [_whole(takes, words, dice) for takes in people.values() if len(takes) >= ENOUGH])


def _whole(takes: Takes, words: Takes, dice: random.Random) -> Takes:
    """With every digit, so that none is rarer than others."""
    missing = [word for word in DIGITS if word not in takes and word in words]
    return {**takes, **{word: dice.choices(words[word], k=STAND_INS) for word in missing}}


def _sayings(data: Path) -> Iterator[tuple[str, str, Path]]:
    """Who says which word of the ear in which file, each file once."""
    seen = set[str]()
    for file in (*_files(data / TEST_FILES), *_files(data / PEOPLE)):
        named = word_and_person(file)
        take = file.name.removeprefix(f"{named.word}_").partition(".")[0] if named else ""
        if named and named.person not in KEPT and (key := f"{named.word}/{take}") not in seen:
            seen.add(key)
            yield named.person, named.word if named.word in STATES else GARBAGE, file
    for file in _files(data / ONE_BY_ONE):
        yield f"{ONE_BY_ONE} {file.parent.name}", DIGITS[int(file.name[0])], file
    for file in _files(data / VOICES):
        if (word := file.name.partition("_")[0]) in STATES:
            yield f"{VOICES} {file.parent.name}", word, file


def places(data: Path) -> list[Sound]:
    """What there was to hear in a second in which nobody spoke."""
    sounds = [_sound(file) for file in _files(data / TEST_FILES) if file.parent.name == "_silence_"]
    return [sound for sound in sounds if np.abs(sound).max() > 1e-3]


def kept_for_checking(data: Path) -> Mapping[str, Takes]:
    """The digits of the people who are kept for checking; nobody if their recordings are not there."""
    people: dict[str, dict[str, list[Sound]]] = {}
    for file in _files(data / PEOPLE):
        named = word_and_person(file)
        if named and named.person in KEPT:
            people.setdefault(named.person, {}).setdefault(named.word, []).append(levelled(trimmed(_sound(file))))
    for file in _files(data / VOICES_KEPT):
        word = file.name.partition("_")[0]
        people.setdefault(file.parent.name, {}).setdefault(word, []).append(levelled(trimmed(_sound(file))))
    return {person: takes for person, takes in people.items() if takes.keys() >= set(DIGITS)}


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*/*.wav"))


def _sound(file: Path) -> Sound:
    audio, rate = read_any_wav(file)
    return np.asarray(signal.resample_poly(audio, RATE, rate))
