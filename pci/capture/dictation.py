"""What was said in answer to one question, joined over the pauses; what is no answer is left out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from speech import GARBAGE, Alternative, Heard
from speech.agreement import understood
from speech.digits import Command, SpokenDigits, spoken_digits

_LEAST_OVER_PROMPT: Final = 3
"""Digits, without anything else between: so many, said while our prompt is played, are no echo of it."""


class Dictation:
    """Digits that somebody says, stretch by stretch.

    A stretch of which more than a third is garbage is a story or a television. While our own prompt is played, a
    stretch counts only if it is digits, and only what is loud in it: what else is heard may be the prompt itself.
    """

    def __init__(self) -> None:
        self._kept: list[Heard] = []
        self._open: Sequence[Alternative] = ()
        self._began = self._over_prompt = False
        self.noise = 0
        """Stretches that were left out."""
        self.left_out = False
        """Whether what was heard last does not count."""

    @property
    def digits(self) -> str:
        """What the likeliest of each stretch comes to so far: for showing, it is looked at again and again."""
        return spoken_digits([one.alternatives[:1] for one in self._kept] + [self._open[:1]])[0].digits

    @property
    def speaking(self) -> bool:
        """Whether there is more to what counts than the stretches that have ended."""
        return bool(self._open)

    def readings(self) -> Sequence[SpokenDigits]:
        """The ways in which the stretches that have ended may be understood, the likeliest first."""
        return understood(self._kept)

    def hear(self, heard: Heard, *, over_prompt: bool) -> Command | None:
        """Take what was heard, while a prompt was played or not; the command that it is, if it is one."""
        if not self._began:
            self._began, self._over_prompt = True, over_prompt
        if not heard.alternatives[0].words or heard.final:
            self._began = False
        if self._over_prompt:
            heard = heard.loud()
        counts = self._counts(heard.alternatives)
        self.left_out = not counts
        if not heard.final:
            self._open = heard.alternatives if counts else ()
            return None
        self._open = ()
        if not counts:
            self.noise += bool(heard.alternatives[0].words)
            return None
        self._kept.append(heard)
        return spoken_digits([heard.alternatives])[0].command

    def _counts(self, alternatives: Sequence[Alternative]) -> bool:
        words = alternatives[0].words if alternatives else ()
        unknown = words.count(GARBAGE)
        if self._over_prompt:
            return not unknown and len(spoken_digits([alternatives])[0].digits) >= _LEAST_OVER_PROMPT
        return bool(words) and 2 * unknown <= len(words) - unknown
