"""Who speaks in the corpus, and who is kept for checking and never trained on, not even mixed into another voice."""

from __future__ import annotations

import random
from dataclasses import dataclass
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
