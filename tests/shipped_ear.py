"""The shipped ear, played to: for tests of what it makes of sounds."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pci.capture.choice import Choice, card_number, choose
from pci.capture.dictation import Dictation
from pci.capture.speaking import words_of
from pci.contract import CardField
from speech import Grammar, Heard
from speech.scripted import silence
from speech.vosk import VoskRecogniser

SOUNDS: Final = Path(__file__).parents[1] / "sounds" / "en"
_PACKET: Final = 960


def played(file: Path) -> bytes:
    """A recording, as it goes down a line."""
    with wave.open(str(file)) as recording:
        return bytes(recording.readframes(recording.getnframes()))


@dataclass
class Ear:
    """Hears a sound with the words of a question, and the line that is still before and after it."""

    recogniser: VoskRecogniser
    heard: list[Heard] = field(default_factory=list)

    async def hear(self, sound: bytes, words: Sequence[str], *, careful: bool = False) -> list[Heard]:
        listener = self.recogniser.listen(Grammar(self.recogniser.known(words), careful=careful))
        line = silence(0.3) + sound + silence(2.0)
        try:
            for start in range(0, len(line), _PACKET):
                self.heard += await listener.feed(line[start : start + _PACKET])
            self.heard += await listener.finish()
        finally:
            listener.close()
        return self.heard

    async def card_in(self, sound: bytes, *, over_prompt: bool = False) -> Choice:
        """What a capture would make of it."""
        dictation = Dictation()
        for heard in await self.hear(sound, sorted(words_of(CardField.NUMBER)), careful=True):
            dictation.hear(heard, over_prompt=over_prompt)
        readings = [one for one in dictation.readings() if one.digits]
        return choose(readings, card_number)
