"""A recogniser for tests and simulations: what is said to it is written into the sound itself, letter by letter.

    audio = say("four one one one")                  # half a second of 8 kHz sound
    listener = ScriptedRecogniser().listen(Grammar(frozenset({"one", "four"})))
    await listener.feed(audio + silence(0.5))        # -> one Heard, of "four one one one"

It passes the tests of the real thing (tests/conformance/recognisers), and its sound outlives a telephone line.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from speech.errors import ModelMissing, TooManyListeners, WordUnknown
from speech.recogniser import GARBAGE, RATE, Alternative, Grammar, Heard

PAUSE_SECONDS: Final = 0.4
"""So long a silence ends a stretch of speech."""

_FAINTLY: Final = "~"
_LETTERS: Final = f"abcdefghijklmnopqrstuvwxyz'-{_FAINTLY}"
_STEP: Final = 1000  # between two letters' levels: far more than µ-law rounds
_HELD: Final = 80  # samples of a letter, and
_HELD_AT_LEAST: Final = 50  # what counts as one: a line may lose its edges
_BREAK: Final = 40  # silent samples after a letter; between words four times as many
_MOST_ALTERNATIVES: Final = 20


def say(words: str) -> bytes:
    """Words as sound; `~pay` is said faintly."""
    sound = array("h")
    for word in words.lower().split():
        for letter in word:
            sound.extend([_level(_LETTERS.index(letter))] * _HELD + [0] * _BREAK)
        sound.extend([0] * 3 * _BREAK)
    return sound.tobytes()


def silence(seconds: float) -> bytes:
    """Nothing, for so long."""
    return bytes(2 * int(seconds * RATE))


def _level(place: int) -> int:
    """The level of a letter: half of them are above zero, half below."""
    return (place // 2 + 1) * _STEP * (1 if place % 2 else -1)


class ScriptedRecogniser:
    """Knows `words` (all, if none are given) of `languages`, for `most` listeners.

    `rivals` are words that sound alike: {"nine": {"five": 3.0}} has each "nine" heard as "five" too, 3.0 less likely.
    """

    def __init__(
        self,
        words: Iterable[str] | None = None,
        *,
        languages: Iterable[str] = ("en",),
        rivals: Mapping[str, Mapping[str, float]] | None = None,
        most: int = 100,
    ) -> None:
        self._words = None if words is None else frozenset(words)
        self._languages = frozenset(languages)
        self._rivals = rivals or {}
        self._most = most
        self.listening = 0
        """How many listen now."""

    def known(self, words: Iterable[str], language: str = "en") -> frozenset[str]:
        """Those of the words that can be heard."""
        if language not in self._languages:
            raise ModelMissing
        return frozenset(words) if self._words is None else self._words.intersection(words)

    def listen(self, grammar: Grammar) -> ScriptedListener:
        """Begin to hear."""
        if self.known(grammar.words, grammar.language) != grammar.words:
            raise WordUnknown
        if self.listening >= self._most:
            raise TooManyListeners
        self.listening += 1
        return ScriptedListener(self, grammar.words, self._rivals)


class ScriptedListener:
    """Spells out what it is fed."""

    def __init__(
        self, owner: ScriptedRecogniser, words: frozenset[str], rivals: Mapping[str, Mapping[str, float]]
    ) -> None:
        self._owner = owner
        self._known = words
        self._rivals = rivals
        self._closed = False
        self._rest = b""
        self._level = 0
        self._length = 0
        self._word = ""
        self._said: list[str] = []
        self._told = 0

    async def feed(self, audio: bytes) -> Sequence[Heard]:
        """Take the next audio."""
        if self._closed:
            return ()
        whole = self._rest + audio
        samples = array("h")
        samples.frombytes(whole[: len(whole) & ~1])
        self._rest = whole[len(whole) & ~1 :]
        ended = [heard for sample in samples for heard in self._sample(sample)]
        if len(self._said) > self._told:
            self._told = len(self._said)
            words = tuple(map(self._name, self._said))
            return [*ended, Heard((Alternative(words, 0.0, _faint(self._said)),), final=False)]
        return ended

    async def finish(self) -> Sequence[Heard]:
        """End what is open."""
        self._run_ended()
        self._word_ended()
        return self._stretch_ended()

    def close(self) -> None:
        """Forget everything."""
        if not self._closed:
            self._closed = True
            self._owner.listening -= 1
        self._word, self._rest = "", b""
        self._said.clear()

    def _sample(self, sample: int) -> Sequence[Heard]:
        level = round(sample / _STEP)
        if level != self._level:
            self._run_ended()
            self._level, self._length = level, 0
        self._length += 1
        if level == 0 and self._length == 3 * _BREAK:
            self._word_ended()
        if level == 0 and self._length == int(PAUSE_SECONDS * RATE):
            return self._stretch_ended()
        return ()

    def _run_ended(self) -> None:
        if self._level and self._length >= _HELD_AT_LEAST:
            place = 2 * (abs(self._level) - 1) + (self._level > 0)
            self._word += _LETTERS[place] if place < len(_LETTERS) else "?"

    def _word_ended(self) -> None:
        if self._word:
            self._said.append(self._word)
        self._word, self._length, self._level = "", max(self._length, 3 * _BREAK), 0

    def _stretch_ended(self) -> Sequence[Heard]:
        said, self._said, self._told = self._said, [], 0
        if not said:
            return ()
        heard: list[tuple[tuple[str, ...], float]] = [((), 0.0)]
        for word in said:
            ways = {word: 0.0} | dict(self._rivals.get(word.removeprefix(_FAINTLY), {}))
            longer = [
                ((*words, self._name(way)), score - cost) for words, score in heard for way, cost in ways.items()
            ]
            heard = heapq.nlargest(_MOST_ALTERNATIVES, longer, key=lambda one: one[1])
        return [Heard(tuple(Alternative(words, score, _faint(said)) for words, score in heard))]

    def _name(self, word: str) -> str:
        word = word.removeprefix(_FAINTLY)
        return word if word in self._known else GARBAGE


def _faint(said: Sequence[str]) -> frozenset[int]:
    return frozenset(place for place, word in enumerate(said) if word.startswith(_FAINTLY))
