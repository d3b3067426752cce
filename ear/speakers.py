"""Who speaks in the corpus, and who is kept for checking and never trained on, not even mixed into another voice."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HELD_OUT: Final = (
    "af_bella", "af_nova", "am_michael", "am_puck", "bf_emma", "bf_lily", "bm_george", "bm_daniel",
    "em_alex", "hf_alpha",
)  # fmt: skip
"""Kokoro's voices for checking: four Americans, four Britons, and a Spanish and an Indian accent."""

ENGLISH: Final = (
    "af_alloy", "af_aoede", "af_heart", "af_jessica", "af_kore", "af_nicole", "af_river", "af_sarah", "af_sky",
    "am_adam", "am_echo", "am_eric", "am_fenrir", "am_liam", "am_onyx", "am_santa",
    "bf_alice", "bf_isabella", "bm_fable", "bm_lewis",
)  # fmt: skip
FOREIGN: Final = (
    "ef_dora", "em_santa", "ff_siwis", "hf_beta", "hm_omega", "hm_psi", "if_sara", "im_nicola", "pf_dora",
    "pm_alex", "pm_santa", "jf_alpha", "jf_gongitsune", "jm_kumo", "zf_xiaobei", "zf_xiaoyi", "zm_yunjian",
    "zm_yunxi",
)  # fmt: skip
"""Voices of other languages: made to speak English, they have an accent."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """A speaker of Kokoro: two voices and the share of the first, and whether the pronunciation is British."""

    first: str
    second: str
    share: float
    british: bool


def any_mixture(dice: random.Random) -> Mixture:
    """A voice as it is, or, mostly, a speaker between two voices whom nobody has heard before."""
    first = dice.choice(ENGLISH if dice.random() < 0.85 else FOREIGN)
    second = dice.choice(ENGLISH if dice.random() < 0.75 else FOREIGN)
    share = 1.0 if dice.random() < 0.35 else dice.uniform(0.2, 0.8)
    british = first.startswith("b") or (first not in ENGLISH and dice.random() < 0.3)
    return Mixture(first, second, share, british)


KEPT: Final = ("439c84f4", "51055bda", "563aa4e6", "97f4c236", "b87bdb22")
"""People of Speech Commands for checking, of whom every digit is there."""
_UNFIT: Final = ("tree", "wow")
"""Too near to how some people say "three" and "one"."""
_FILE: Final = re.compile(r"(?:(?P<word>[a-z]+)_)?(?P<person>[0-9a-f]{8})_nohash_[0-9]+(?:\.wav)+")


@dataclass(frozen=True, slots=True)
class Named:
    """Which word a recording of Speech Commands holds, and who says it."""

    word: str
    person: str


def word_and_person(file: Path) -> Named | None:
    """By the name of the file, or of its folder; None if nobody speaks in it, or the word is of no use."""
    named = _FILE.fullmatch(file.name)
    word = named and (named["word"] or file.parent.name)
    return Named(word, named["person"]) if named and word and word not in _UNFIT else None
