"""Play a recording to the product's recogniser as a line would, and take what it understands."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pci.capture.speaking import words_of
from pci.contract import CardField
from speech.agreement import understood
from speech.digits import SpokenDigits
from speech.recogniser import BYTES_PER_SECOND, Grammar, Heard, Recogniser

PACKET: Final = BYTES_PER_SECOND // 50


@dataclass(frozen=True, slots=True)
class Answer:
    """What was understood, the likeliest first; how long the sound was, what it cost, and how long the end took."""

    readings: Sequence[SpokenDigits]
    audio_seconds: float
    cpu_seconds: float
    delay: float  # from the last sound to the final result, in seconds


class Ear(Protocol):
    """Whatever understands digits: the product, or one of those it is compared with."""

    async def hear(self, audio: bytes, field: CardField) -> Answer:
        """Listen to one answer, 8 kHz, 16 bit."""


class OurEar:
    """The product: its recogniser with the grammar of a card field, 20 ms at a time."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser

    async def hear(self, audio: bytes, field: CardField) -> Answer:
        """Listen to one answer."""
        grammar = Grammar(self._recogniser.known(words_of(field)), careful=True)
        begun = time.process_time()
        listener = self._recogniser.listen(grammar)
        try:
            heard: list[Heard] = []
            for start in range(0, len(audio), PACKET):
                heard += await listener.feed(audio[start : start + PACKET])
            ended = time.perf_counter()
            heard += await listener.finish()
            delay = time.perf_counter() - ended
        finally:
            listener.close()
        readings = understood([stretch for stretch in heard if stretch.final])
        return Answer(readings, len(audio) / BYTES_PER_SECOND, time.process_time() - begun, delay)
