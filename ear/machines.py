"""The machine voices: espeak-ng, flite and hibari speak fast and cost next to nothing.

The programs come from Debian packages, unpacked into a folder of their own; nothing is installed or linked to.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hibari import SAMPLE_RATE, Hibari

from ear.corpus import Audio, read_any_wav
from stack.debian import Prefix

ACCENTS: Final = "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-029 en-us-nyc".split()
VARIANTS: Final = (
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Alicia Andrea Andy Annie Denis Diogo Gene Henrique Hugo Jacky Lee"
    " Marco Mario Michael Mike Nguyen adam anika antonio aunty belinda benjamin boris caleb david ed edward grandma"
    " grandpa iven john kaukovalta klatt klatt2 linda marcelo max michel miguel norbert pablo paul pedro quincy rob"
    " robert sandro shelby steph steph2 steph3 travis victor zac"
).split()
FLITE: Final = ("slt", "awb")
FLITE_HELD_OUT: Final = ("rms", "kal16")
"""Kept for checking."""

Speak = Callable[[str], tuple[Audio, int]]
"""Says a text: the audio and its rate."""


class Machines:
    """The programs of one prefix."""

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix
        self._espeak_data = next(prefix.root.glob("usr/lib/*/espeak-ng-data")).parent
        self._hibari = Hibari()

    def espeak(self, text: str, voice: str, speed: float, pitch: int) -> tuple[Audio, int]:
        """One of espeak-ng's voices, such as "en-us+m3"; `speed` 1.0 is 150 words a minute, `pitch` 0 to 99."""
        program = [*self._prefix.command("usr/bin/espeak-ng"), f"--path={self._espeak_data}", "-v", voice]
        return _run([*program, "-s", str(round(150 * speed)), "-p", str(pitch), "-w", "FILE", text])

    def flite(self, text: str, voice: str, speed: float) -> tuple[Audio, int]:
        """One of flite's voices."""
        program = [*self._prefix.command("usr/bin/flite"), "-voice", voice, "--setf", f"duration_stretch={1 / speed}"]
        return _run([*program, "-t", text, "-o", "FILE"])

    def hibari(self, text: str, speed: float) -> tuple[Audio, int]:
        """A small relative of Kokoro, one voice."""
        return self._hibari(text, speed=speed), SAMPLE_RATE

    def any(self, dice: random.Random) -> tuple[str, Speak]:
        """Some voice of those that may be trained on: the speaker, and what says a text as that speaker."""
        speed, kind = dice.uniform(0.7, 1.3), dice.random()
        if kind < 0.5:
            voice, pitch = f"{dice.choice(ACCENTS)}+{dice.choice(VARIANTS)}", dice.randint(20, 80)
            return f"espeak {voice}", lambda text: self.espeak(text, voice, speed, pitch)
        if kind < 0.65:
            voice = dice.choice(FLITE)
            return f"flite {voice}", lambda text: self.flite(text, voice, speed)
        return "hibari", lambda text: self.hibari(text, speed)


def _run(command: list[str]) -> tuple[Audio, int]:
    """Run a program that writes FILE, and read that."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spoken.wav"
        words = [word.replace("FILE", str(file)) for word in command]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode or not file.is_file():
            raise OSError(f"{Path(words[0]).name} did not speak: {done.stderr.strip()[-300:]}")
        return read_any_wav(file)
