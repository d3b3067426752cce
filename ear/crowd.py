"""Many people who have said a few words each, wherever they were, and the sounds of such places.

DATA/speech-commands is the archive of test files, version 0.02, of Speech Commands by Pete Warden (CC BY 4.0).
DATA/speech-commands-people may hold folders `<word>/` of the whole collection, for people to check with.
DATA/audiomnist has the folders of speakers of AudioMNIST by Becker and others (MIT), as far as they are at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from scipy import signal

from ear.channel import Sound, levelled, trimmed
from ear.corpus import RATE, read_any_wav
from ear.people import Takes
from ear.speakers import KEPT, Named, word_and_person
from ear.words import DIGITS, GARBAGE, STATES

TEST_FILES: Final = "speech-commands"
CHECKING: Final = "speech-commands-people"
ONE_BY_ONE: Final = "audiomnist"


def crowd(data: Path) -> dict[str, list[Sound]]:
    """What each word was like in the mouths of all these people; what the ear does not know is under `GARBAGE`.

    Around a word there is what was to hear where it was said.
    """
    takes: dict[str, list[Sound]] = {}
    for file in _files(data / TEST_FILES):
        named = word_and_person(file)
        if named and named.person not in KEPT:
            takes.setdefault(named.word if named.word in STATES else GARBAGE, []).append(levelled(_sound(file)))
    for file in _files(data / ONE_BY_ONE):
        takes.setdefault(DIGITS[int(file.name[0])], []).append(levelled(_sound(file)))
    return takes


def places(data: Path) -> list[Sound]:
    """What there was to hear in a second in which nobody spoke."""
    sounds = [_sound(file) for file in _files(data / TEST_FILES) if file.parent.name == "_silence_"]
    return [sound for sound in sounds if np.abs(sound).max() > 1e-3]


def kept_for_checking(data: Path) -> Mapping[str, Takes]:
    """The digits of the people who are kept for checking; nobody if their recordings are not there."""
    files = [(word_and_person(file), file) for file in _files(data / CHECKING)]
    people = {
        person: {
            word: [levelled(trimmed(_sound(file))) for named, file in files if named == Named(word, person)]
            for word in DIGITS
        }
        for person in KEPT
    }
    return {person: takes for person, takes in people.items() if all(takes.values())}


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*/*.wav"))


def _sound(file: Path) -> Sound:
    audio, rate = read_any_wav(file)
    return np.asarray(signal.resample_poly(audio, RATE, rate))
