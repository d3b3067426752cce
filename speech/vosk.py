"""The recogniser that is used: Vosk. Models are loaded once for the process; worker threads do the hearing.

`AcceptWaveform` lets other Python threads run while it computes, so a pool of a few threads serves many callers. Each
listener has at most one piece of work in the pool, so no more waits there than there are listeners; who feeds it
waits for its turn, and notices by that when the machine is too slow.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from speech.again import AS_IT_IS, FASTER, SLOWER, Again, Stretches
from speech.errors import ModelBroken, ModelMissing, TooManyListeners, WordUnknown
from speech.loudness import Loudness
from speech.model import Model
from speech.recogniser import BYTES_PER_SECOND, GARBAGE, RATE, Alternative, Grammar, Heard
from speech.tones import Toneless

ALTERNATIVES: Final = 20
LISTENERS: Final = 20
CAREFUL: Final = 2
"""Listeners for each thread that may be heard more than once. Two cores bear 20 then; 40 are too many."""
THREADS: Final = 2
_BLOCK: Final = BYTES_PER_SECOND // 10  # what is new is looked for after each
_TOLD_WITHIN: Final = 1.0  # seconds of a word it is among those so far, of which nobody says when they were said
_NOTHING: Final = Alternative((), 0.0)


@dataclass(frozen=True, slots=True)
class _Ears:
    """A language's model, and the other one that comes with it, if one does."""

    first: Any
    other: Any = None

    def know(self, word: str) -> bool:
        """Whether the word can be heard, by both if there are two: what one never hears they never agree on."""
        return all(one.vosk_model_find_word(word) >= 0 for one in (self.first, self.other) if one is not None)

    def again(self, words: list[str]) -> Again:
        """Who hears these words again: the other model as they are, or the first slower; and the first faster."""
        way = (self.first, SLOWER) if self.other is None else (self.other, AS_IT_IS)
        return Again([(_listening(model, words), tempo) for model, tempo in (way, (self.first, FASTER))])


@dataclass(slots=True)
class _Line:
    """What hears a line, how loud it is, and what was told of the stretch of speech that is open."""

    recogniser: Any
    again: Again
    loudness: Loudness = field(default_factory=Loudness)
    told: Alternative = _NOTHING


class VoskRecogniser:
    """Hears with the models that were opened, at most `listeners` people at a time. Use `open`.

    While `careful` listen or more, who comes next is heard once, whatever their grammar asks for.
    """

    def __init__(
        self, models: Mapping[str, _Ears], threads: ThreadPoolExecutor, listeners: int, careful: int
    ) -> None:
        self._models = models
        self._threads = threads
        self._most = listeners
        self._careful = careful
        self.listening = 0
        """How many listen now."""

    @classmethod
    @contextmanager
    def open(
        cls, models: Iterable[Model], *, threads: int = THREADS, listeners: int = LISTENERS
    ) -> Iterator[VoskRecogniser]:
        """Load the models, which blocks for some seconds if they are large. `ModelMissing`, `ModelBroken`."""
        loaded = {model.language: _load(model) for model in models}
        with ThreadPoolExecutor(threads, thread_name_prefix="hearing") as pool:
            yield cls(loaded, pool, listeners, CAREFUL * threads)

    @property
    def languages(self) -> frozenset[str]:
        """The languages that can be heard."""
        return frozenset(self._models)

    def known(self, words: Iterable[str], language: str = "en") -> frozenset[str]:
        """Those of the words that the language's model knows."""
        ears = self._ears(language)
        return frozenset(word for word in words if ears.know(word))

    def listen(self, grammar: Grammar) -> VoskListener:
        """Begin to hear."""
        ears = self._ears(grammar.language)
        if not grammar.words or self.known(grammar.words, grammar.language) != grammar.words:
            raise WordUnknown
        if self.listening >= self._most:
            raise TooManyListeners
        words = sorted(grammar.words) + [GARBAGE] * ears.know(GARBAGE)
        careful = grammar.careful and self.listening < self._careful
        again = ears.again(words) if careful else Again(())
        listener = VoskListener(self, self._threads, _Line(_listening(ears.first, words), again))
        self.listening += 1
        return listener

    def _ears(self, language: str) -> _Ears:
        if language not in self._models:
            raise ModelMissing
        return self._models[language]


class VoskListener:
    """One caller's. What Vosk still holds is freed by `close`, or when the thread that is at it has done."""

    def __init__(self, owner: VoskRecogniser, threads: ThreadPoolExecutor, line: _Line) -> None:
        self._owner = owner
        self._threads = threads
        self._line: _Line | None = line
        self._odd = b""
        self._toneless = Toneless()

    async def feed(self, audio: bytes) -> Sequence[Heard]:
        """Take the next audio."""
        audio, self._odd = self._odd + audio, b""
        if len(audio) % 2:
            audio, self._odd = audio[:-1], audio[-1:]
        audio = self._toneless.of(audio)
        return await self._at_work(_fed, audio) if audio else ()

    async def finish(self) -> Sequence[Heard]:
        """End what is open."""
        return await self._at_work(_finished, self._toneless.rest())

    def close(self) -> None:
        """Forget everything."""
        if self._line is not None:
            self._line, self._odd = None, b""
            self._toneless = Toneless()
            self._owner.listening -= 1

    async def _at_work(self, work: Callable[[_Line, bytes], list[Heard]], audio: bytes) -> Sequence[Heard]:
        if self._line is None:
            return ()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, self._line, audio)


def _load(model: Model) -> _Ears:
    model.check()
    import vosk  # here, for it takes a quarter of a second, and only who hears needs it

    vosk.SetLogLevel(-2)  # it would print what it hears, and what it gives up in music
    return _Ears(*(_opened(one.folder) for one in (model, model.again) if one is not None))


def _opened(folder: Path) -> Any:  # noqa: ANN401 - vosk has no types
    import vosk

    try:
        return vosk.Model(str(folder))
    except Exception:  # noqa: BLE001 - it raises nothing more exact
        raise ModelBroken(f"Vosk cannot load the speech model in {folder}. Unpack it anew.") from None


def _listening(model: object, words: list[str]) -> Any:  # noqa: ANN401
    import vosk

    recogniser = vosk.KaldiRecognizer(model, RATE, json.dumps(words, ensure_ascii=False))
    recogniser.SetMaxAlternatives(ALTERNATIVES)
    recogniser.SetWords(True)  # and when each was said
    return recogniser


def _fed(line: _Line, audio: bytes) -> list[Heard]:
    heard: list[Heard] = []
    for start in range(0, len(audio), _BLOCK):
        block = audio[start : start + _BLOCK]
        line.loudness.take(block)
        ended = line.recogniser.AcceptWaveform(block)
        line.again.hear(block)
        if ended:
            heard += _ended(line.recogniser.Result(), line, line.again.ended(all_of_it=False))
        heard += _so_far(line.recogniser.PartialResult(), line)
    return heard


def _finished(line: _Line, audio: bytes) -> list[Heard]:
    if audio:
        line.loudness.take(audio)
        line.recogniser.AcceptWaveform(audio)
        line.again.hear(audio)
    return _ended(line.recogniser.FinalResult(), line, line.again.ended(all_of_it=True))


def _so_far(result: str, line: _Line) -> list[Heard]:
    """What is new in the stretch that is open."""
    words = tuple(str(json.loads(result).get("partial", "")).split())  # there is none right after a stretch
    if line.loudness.silent:
        words = ()  # in silence it makes up a word now and then, and takes it back
    told = line.told
    if words == told.words:
        return []
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(words, told.words, strict=False))))
    new = range(same, len(words)) if line.loudness.faint(line.loudness.now - _TOLD_WITHIN) else ()
    faint = frozenset(place for place in told.faint if place < same).union(new)
    line.told = Alternative(words, 0.0, faint)
    return [Heard((line.told,), final=False)]


def _ended(result: str, line: _Line, again: tuple[Stretches, ...]) -> list[Heard]:
    """The stretch that has ended. One of no words is told only if words were told of it before."""
    told, line.told = line.told, _NOTHING
    alternatives = tuple(
        _understood(one.get("result", ()), float(one["confidence"]), line)
        for one in json.loads(result)["alternatives"]
    )
    if alternatives and alternatives[0].words:
        return [Heard(alternatives, again=again)]
    return [Heard((_NOTHING,))] if told.words else []


def _understood(words: Sequence[Mapping[str, Any]], score: float, line: _Line) -> Alternative:
    faint = (place for place, word in enumerate(words) if line.loudness.faint(word["start"], word["end"]))
    return Alternative(tuple(str(word["word"]) for word in words), score, frozenset(faint))
