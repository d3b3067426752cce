"""Parts of what is heard, covered: no word may hang on one band or one moment of it (SpecAugment)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ear.features import COEFFICIENTS, Features, energies, from_energies

COVERED: Final = 0.6
"""How often anything is covered."""
BANDS, WIDEST = 2, 8  # how many bands at most, and how wide, of 40
EVERY, LONGEST = 60, 8  # about one moment in so many frames of 10 ms, and how long


def masked(features: Features, generator: np.random.Generator) -> Features:
    """With a band or two and some moments at what they are in the mean."""
    if generator.random() >= COVERED:
        return features
    seen = energies(features)
    mean = seen.mean(0)
    for _ in range(int(generator.integers(0, BANDS + 1))):
        first, width = int(generator.integers(0, COEFFICIENTS)), int(generator.integers(1, WIDEST + 1))
        seen[:, first : first + width] = mean[first : first + width]
    for _ in range(int(generator.poisson(len(seen) / EVERY))):
        first, length = int(generator.integers(0, len(seen))), int(generator.integers(1, LONGEST + 1))
        seen[first : first + length] = mean
    return from_energies(seen)
