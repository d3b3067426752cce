"""Words cut out of what people and natural voices say, where a trained network hears them: to be strung anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch

from ear.alignment import places
from ear.census import census, sentences
from ear.channel import Sound
from ear.corpus import RATE, Source, read_wav
from ear.features import mfcc
from ear.network import STRIDE, Network, padded
from ear.speak import ALONE
from ear.words import GARBAGE

CENSUS: Final = "alone-census"
"""The source of words of the people of the census and of others, which join the crowd."""
_OUTPUT: Final = STRIDE * RATE // 100  # samples
_EDGE: Final = RATE // 100  # samples before and behind a word that are kept


def cut(corpus: Path, network: Network) -> None:
    """Add to the corpus every word of the utterances of natural voices that hold no others."""
    for folder in sorted(corpus.glob("kokoro-*")):
        alone = Source(corpus / f"alone-cut-{folder.name}")
        done = {one.speaker for one in alone.read()}
        for utterance in Source(folder).read():
            speaker = f"{utterance.speaker} {utterance.file}"
            if set(utterance.words) <= set(ALONE) and speaker not in done:
                sound = read_wav(folder / utterance.file).astype(np.float64)
                _store(alone, speaker, _words(network, sound, utterance.words))


def cut_census(corpus: Path, data: Path, network: Network) -> None:
    """Add to the corpus the digits of the people of the census, and of others, who say numbers."""
    alone = Source(corpus / CENSUS)
    done = {one.speaker for one in alone.read()}
    others = {f"others {number}": answers for number, answers in enumerate(sentences(data))}
    for person, answers in {**census(data), **others}.items():
        for answer in answers if person not in done else ():
            if GARBAGE not in answer.words:
                cuts = _words(network, answer.sound, answer.words)
                _store(alone, person, ((word, sound) for word, sound in cuts if word in ALONE))


def _words(network: Network, sound: Sound, words: Sequence[str]) -> Iterator[tuple[str, Sound]]:
    network.eval()
    features = mfcc(np.round(sound * 32767), np.random.default_rng(0))
    with torch.no_grad():
        scores = network(torch.tensor(padded(features, len(features)))[None])[0].numpy()
    for word, (start, end) in zip(words, places(scores, words), strict=True):
        yield word, sound[max(0, start * _OUTPUT - _EDGE) : end * _OUTPUT + _EDGE]


def _store(source: Source, speaker: str, cuts: Iterator[tuple[str, Sound]]) -> None:
    for word, sound in cuts:
        source.add(sound.astype(np.float32), RATE, speaker, (word,))
