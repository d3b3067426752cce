"""Words cut out of what the natural voices say, each where a trained network hears it: to be strung together anew."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch

from ear.alignment import places
from ear.corpus import RATE, Source, read_wav
from ear.features import mfcc
from ear.network import STRIDE, Network, padded
from ear.speak import ALONE

_OUTPUT: Final = STRIDE * RATE // 100  # samples
_EDGE: Final = RATE // 100  # samples before and behind a word that are kept


def cut(corpus: Path, network: Network) -> None:
    """Add to the corpus every word of the utterances of natural voices that hold no others."""
    network.eval()
    generator = np.random.default_rng(0)
    for folder in sorted(corpus.glob("kokoro-*")):
        alone = Source(corpus / f"alone-cut-{folder.name}")
        done = {one.speaker for one in alone.read()}
        for utterance in Source(folder).read():
            speaker = f"{utterance.speaker} {utterance.file}"
            if not set(utterance.words) <= set(ALONE) or speaker in done:
                continue
            sound = read_wav(folder / utterance.file)
            features = mfcc(np.round(sound.astype(np.float64) * 32767), generator)
            with torch.no_grad():
                scores = network(torch.tensor(padded(features, len(features)))[None])[0].numpy()
            for word, (start, end) in zip(utterance.words, places(scores, utterance.words), strict=True):
                first = max(0, start * _OUTPUT - _EDGE)
                alone.add(sound[first : end * _OUTPUT + _EDGE], RATE, speaker, (word,))
