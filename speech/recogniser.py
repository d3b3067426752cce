"""The recogniser port: audio in, words out, while the person still speaks.

One `Recogniser` per process holds the models; each thing that is asked gets a `Listener` of its own, which is fed as
the audio comes and is thrown away when the answer is there. What was heard is never written anywhere from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

RATE: Final = 8000
"""Samples a second: signed 16 bit, little endian, one channel."""
BYTES_PER_SECOND: Final = 2 * RATE
GARBAGE: Final = "[unk]"
"""What speech is called that is none of the words that were asked for."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may be heard: single words, not sentences. `language` as in the prompts: "en". Other speech is garbage.

    What may not be wrong is heard with care: more than once (`Heard.again`).
    """

    words: frozenset[str]
    language: str = "en"
    careful: bool = False


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way of understanding a stretch of speech. `score` is a log-likelihood: only differences mean something.

    Speech that is none of the grammar's words is `GARBAGE` among the words. Those at the places `faint` are no louder
    than one of our own prompts that the line gives back.
    """

    words: tuple[str, ...] = field(repr=False)
    score: float
    faint: frozenset[int] = frozenset()

    @property
    def loud(self) -> tuple[str, ...]:
        """The other words."""
        return tuple(word for place, word in enumerate(self.words) if place not in self.faint)


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of speech between two pauses, the likeliest first; if not `final`, what it is so far.

    There is at least one alternative. It has no words if what was taken for speech turned out to be none.

    A breath ends a stretch, so a card number comes in several: who listens joins them (`speech.digits`).

    `again` is how a final stretch was understood each further time that it was heard, if it was: as one stretch or
    more (`speech.agreement`).
    """

    alternatives: tuple[Alternative, ...]
    final: bool = True
    again: tuple[tuple[tuple[Alternative, ...], ...], ...] = ()

    def loud(self) -> Heard:
        """The same without what is faint: what somebody says over a prompt of ours, whatever comes back of it.

        Heard again, nothing tells what was faint: if anything was, that does not count.
        """
        if not any(one.faint for one in self.alternatives):
            return self
        return Heard(tuple(Alternative(one.loud, one.score) for one in self.alternatives), self.final)


class Listener(Protocol):
    """Hears one person until it is closed. One thing at a time is asked of it."""

    async def feed(self, audio: bytes) -> Sequence[Heard]:
        """Take the next audio, of any length, and give what is new: partial results and ended stretches."""

    async def finish(self) -> Sequence[Heard]:
        """The person has stopped: what was still open, ended. It may be fed again."""

    def close(self) -> None:
        """Forget all audio and text. Closing twice is fine."""


class Recogniser(Protocol):
    """Makes listeners."""

    def known(self, words: Iterable[str], language: str = "en") -> frozenset[str]:
        """Those of the words that can be heard in the language; `ModelMissing` where no model hears it at all."""

    def listen(self, grammar: Grammar) -> Listener:
        """Begin to hear. `ModelMissing`, `WordUnknown`; `TooManyListeners` if no more can be heard at a time."""
