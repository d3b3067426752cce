"""Words that people have spoken alone: the digits of the development speakers, and the telephone voice of Asterisk.

Strung together they become numbers; whoever says them is turned into many people by `channel.somebody_else`.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from ear.channel import Sound, any_throat, levelled, somebody_else, trimmed
from ear.corpus import RATE, read_wav
from ear.words import DIGITS, TEENS, TENS

ALLISON: Final = {
    **{word: f"{number}.wav" for number, word in enumerate((*DIGITS, *TEENS))},
    **{word: f"{number * 10}.wav" for number, word in enumerate(TENS, start=2)},
    **{word: f"{word}.wav" for word in ("oh", "hundred", "thousand", "dollars")},
}
"""The files of Asterisk's English voice that hold one word each."""

GATED: Final = 0.4
"""How often a line that is silent between words lets through what was to hear around them, where it was recorded."""

OFTEN: Final = 20
"""Words of which there are fewer takes are strung together less often."""

Takes = Mapping[str, Sequence[Sound]]


def development_speakers(data: Path, chosen: Collection[str] = ()) -> dict[str, Takes]:
    """The takes of each digit of each speaker below DATA/fsdd; only those that are `chosen`, if any are."""
    folders = sorted(folder for folder in (data / "fsdd").glob("*") if folder.is_dir())
    return {
        folder.name: {
            word: [
                levelled(trimmed(read_wav(file).astype(np.float64))) for file in sorted(folder.glob(f"{digit}_*.wav"))
            ]
            for digit, word in enumerate(DIGITS)
        }
        for folder in folders
        if not chosen or folder.name in chosen
    }


def telephone_voice(sounds: Path) -> Takes:
    """The words of Asterisk's English recordings."""
    takes = {word: sounds / "digits" / name for word, name in ALLISON.items()}
    return {word: [levelled(trimmed(read_wav(file).astype(np.float64)))] for word, file in takes.items()}


def strung(takes: Takes, dice: random.Random) -> tuple[Sound, tuple[str, ...]]:
    """Some of the words, one after the other, with gaps from none to long."""
    weights = [min(len(said), OFTEN) for said in takes.values()]
    words = dice.choices(list(takes), weights, k=dice.choice((1, 2, 3, 4, 4, 5, 6, 8)))
    gap, factor = dice.choice((0.0, 0.02, 0.08, 0.2)), dice.uniform(0.82, 1.22)
    throat = any_throat(dice, 0.7)
    gated = dice.random() < GATED
    pieces: list[Sound] = []
    for word in words:
        chosen = dice.choice(takes[word])
        chosen = chosen if gated else trimmed(chosen)
        take = somebody_else(chosen, factor * dice.uniform(0.96, 1.04), throat)
        take = take * 10 ** (dice.uniform(-3, 3) / 20)
        edge = min(len(take) // 4, 80)
        take[:edge] *= np.linspace(0, 1, edge)
        take[-edge:] *= np.linspace(1, 0, edge)
        pause = gap * dice.uniform(0.3, 1.7) if dice.random() < 0.9 else dice.uniform(0.2, 0.7)
        pieces += [take, np.zeros(int(RATE * pause))]
    return np.concatenate(pieces), tuple(words)
