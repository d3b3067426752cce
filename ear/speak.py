"""Let the speakers speak: fill the corpus, as far as the time goes; every run adds to what is there."""

from __future__ import annotations

import random
import time
from pathlib import Path

from ear.corpus import Source
from ear.kokoro import Voices
from ear.machines import Machines
from ear.sayings import any_saying
from ear.speakers import any_mixture


def natural(corpus: Path, voices: Voices, seconds: float, seed: int) -> None:
    """Kokoro's speakers, for so many seconds of wall time."""
    source = Source(corpus / f"kokoro-{seed}")
    dice = random.Random(f"{seed} {len(source)}")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        saying, speaker = any_saying(dice), any_mixture(dice)
        audio, rate = voices.speak(
            saying.text, speaker, dice.choice((dice.uniform(0.7, 1.0), dice.uniform(0.9, 1.35)))
        )
        source.add(audio, rate, f"{speaker.first} {speaker.share:.2f} {speaker.second}", saying.words)


def machine(corpus: Path, machines: Machines, count: int, seed: int) -> None:
    """The machine voices, until there are `count` utterances of this seed."""
    source = Source(corpus / f"machine-{seed}")
    dice = random.Random(f"{seed} {len(source)}")
    while len(source) < count:
        saying = any_saying(dice)
        audio, rate, speaker = machines.any(saying.text, dice)
        if len(audio) > rate // 10 and abs(audio).max() > 0.01:  # some of espeak-ng's variants fall silent
            source.add(audio, rate, speaker, saying.words)
