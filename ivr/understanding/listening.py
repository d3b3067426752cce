"""What a question listens for beside keys, and what was heard, understood as the keys that it stands for."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from speech.recogniser import Alternative

AGAIN: Final = "again"
PERSON: Final = "person"
"""What stands for the wish to hear the question again, or to talk to a person; every other meaning is keys."""
DOUBT: Final = 3.0
"""Choices that are nearer to each other than this, in log-likelihoods, are doubtful."""
_MOST_JOINED: Final = 24

Stretches = Sequence[Sequence[Alternative]]
"""What was heard so far: between two pauses each, in the ways in which it may be understood."""


class Said(str):
    """Keys that nobody pressed: what the caller said stands for them. Empty, if it was not understood."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was meant: keys, `AGAIN`, `PERSON`, or "" for nothing that was asked. `score` is a log-likelihood."""

    keys: str = field(repr=False)
    score: float


@dataclass(frozen=True, slots=True)
class Listening:
    """What is listened for: `words`, in `language`, and what `read` makes of what was heard: its meanings.

    An answer is whole when it has `most` keys; one that is not may go on after `pause` seconds at most. Without
    `barge_in`, what was said before the end of the question is no answer to it. Meanings are `doubtful` that near to
    each other; what is read back to the caller needs no such margin.
    """

    language: str
    words: tuple[str, ...]
    read: Callable[[Stretches], Sequence[Meaning]] = field(repr=False)
    most: int = 1
    pause: float = 1.5
    barge_in: bool = True
    doubtful: float = DOUBT

    def understand(self, stretches: Stretches) -> Said:
        """The keys that were meant; empty if nothing was, or if something else was nearly as likely."""
        meanings = sorted(self.read(stretches), key=lambda meaning: -meaning.score)
        if not meanings:
            return Said()
        likeliest = meanings[0]
        rivals = (meaning for meaning in meanings if meaning.keys != likeliest.keys)
        doubt = any(likeliest.score - rival.score < self.doubtful for rival in rivals)
        return Said("" if doubt else likeliest.keys)

    def whole(self, said: Said) -> bool:
        """Whether nothing needs to be waited for any more."""
        return said in (AGAIN, PERSON) or len(said) >= self.most


def joined(stretches: Stretches) -> list[Alternative]:
    """All stretches as one, in the likeliest combinations of their alternatives."""
    ways = [Alternative((), 0.0)]
    for stretch in stretches:
        pairs = (
            Alternative((*before.words, *after.words), before.score + after.score)
            for before in ways
            for after in stretch
        )
        ways = heapq.nlargest(_MOST_JOINED, pairs, key=lambda way: way.score) or ways
    return ways
