"""What stops a prompt: echoes of our own prompts, and what callers say over it (speech.loudness.LOUD).

    python -m bench.speech_eval.echoes FOLDER [FOLDER ...] [--every N] [--model FOLDER] [--out bench/echoes.json]

A folder holds answers to menus, as for `python -m bench.speech_eval.menus`, or spoken cards, as for
`make speech-eval`: they are said at several levels. All English prompts of a second and more come back as on a line.
Prints a table and writes it: how many sounds there are, how many of them stop the prompt and how many choose
something, with every word counted and with only the loud ones, and how loud the faintest and the loudest sound are in
their loudest moment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np

from bench.machine import describe
from bench.speech_eval.menus import QUESTIONS, answers, taken
from bench.speech_eval.recordings import BadRecordings, recordings, samples
from pci.capture.dictation import Dictation
from pci.capture.fields import PROMPTS, SPOKEN_PROMPTS
from speech.digits import WORDS
from speech.errors import SpeechError
from speech.loudness import LOUD
from speech.model import SHIPPED, Model
from speech.recogniser import BYTES_PER_SECOND, GARBAGE, RATE, Grammar, Heard, Recogniser
from speech.vosk import VoskRecogniser

ROOT: Final = Path(__file__).resolve().parents[2]
SOUNDS: Final = ROOT / "sounds" / "en"
ECHOES: Final = {-20: 0.0, -25: 0.02, -30: 0.05, -40: 0.1}
"""How many dB fainter than the prompt an echo is, and how many seconds later it comes."""
LEVELS: Final = (-20, -30, -35, -40)
"""Of callers while they speak, in dB of full scale."""
MENU, CARD = "menu", "card"
_PIECE: Final = BYTES_PER_SECOND * 60 // 1000  # as the card side feeds it
_PAUSE: Final = bytes(BYTES_PER_SECOND)
_SHORTEST: Final = BYTES_PER_SECOND  # of a prompt
_OVER: Final = 5 * BYTES_PER_SECOND  # of a card: as much of it as comes before a prompt is over anyway


@dataclass(frozen=True, slots=True)
class Over:
    """A sound that comes over the prompt of a menu, or of a card's field; `level` in dB."""

    who: str
    question: str
    level: int
    sound: bytes


@dataclass(frozen=True, slots=True)
class Count:
    """Of sounds of one kind, those that stop the prompt or choose something; `all_...`: if faint words counted."""

    who: str
    question: str
    level: int
    sounds: int
    all_stop: int
    stop: int
    all_choose: int
    choose: int
    faintest: float
    loudest: float


def echoes(folder: Path = SOUNDS) -> Iterator[Over]:
    """Every prompt as it comes back while a menu is asked, and a card if it is said there."""
    for path in sorted(folder.glob("*.wav")):
        prompt = samples(path)
        if len(prompt) < _SHORTEST:
            continue
        questions = (MENU, CARD) if path.stem in PROMPTS | SPOKEN_PROMPTS else (MENU,)
        for level, later in ECHOES.items():
            sound = bytes(2 * int(later * RATE)) + _scaled(prompt, 10 ** (level / 20))
            yield from (Over("echo", question, level, sound) for question in questions)


def callers(folder: Path) -> Iterator[Over]:
    """What callers say there, at each level. `BadRecordings`."""
    for question, path in _answers(folder):
        sound = samples(path)[:_OVER]
        for level in LEVELS:
            yield Over("caller", question, level, _scaled(sound, 10 ** (level / 20) / _level(sound)))


def _answers(folder: Path) -> list[tuple[str, Path]]:
    try:
        return [(CARD, one.path) for one in recordings(folder) if one.digits and one.condition == "clean"]
    except BadRecordings:
        return [(MENU, one.path) for one in answers(folder) if one.key and one.question == MENU]


def _scaled(sound: bytes, scale: float) -> bytes:
    scaled: bytes = np.clip(np.frombuffer(sound, np.int16) * scale, -32768, 32767).astype(np.int16).tobytes()
    return scaled


def _level(sound: bytes) -> float:
    """How loud it is, of full scale, in those tenths of a second in which somebody speaks."""
    whole = np.frombuffer(sound, np.int16) / 2**15
    power = np.array([np.mean(tenth**2) for tenth in np.array_split(whole, max(1, 10 * len(whole) // RATE))])
    return math.sqrt(np.mean(power[power > power.max() / 100]))


async def hear(recogniser: Recogniser, over: Over) -> list[Heard]:
    """What the recogniser tells of it, in the words of the question."""
    words = WORDS if over.question == CARD else QUESTIONS[over.question].words
    listener = recogniser.listen(Grammar(recogniser.known(words)))
    try:
        sound = over.sound + _PAUSE
        pieces = (sound[start : start + _PIECE] for start in range(0, len(sound), _PIECE))
        return [heard for piece in pieces for heard in await listener.feed(piece)]
    finally:
        listener.close()


def stops(question: str, heard: Iterable[Heard]) -> bool:
    """Whether a prompt of this question is stopped."""
    if question == MENU:
        return any(word != GARBAGE for one in heard for word in one.alternatives[0].loud)
    dictation = Dictation()
    for one in heard:
        dictation.hear(one, over_prompt=True)
        if dictation.digits:
            return True
    return False


def chooses(question: str, heard: Iterable[Heard]) -> bool:
    """Whether it is taken for an answer to a menu."""
    loud = [one.loud().alternatives for one in heard if one.final]
    ended = [alternatives for alternatives in loud if alternatives[0].words]
    stretches = [ended[: place + 1] for place in range(len(ended))]
    return question == MENU and bool(taken(QUESTIONS[MENU], stretches))


def count(alike: Sequence[tuple[Over, Sequence[Heard]]]) -> Count:
    """Of sounds of one kind."""
    one, question = alike[0][0], alike[0][0].question
    now = [heard for _, heard in alike]
    before = [list(map(_all_loud, heard)) for heard in now]
    peaks = [
        20 * math.log10(max(map(abs, np.frombuffer(over.sound, np.int16).tolist())) / 2**15) for over, _ in alike
    ]
    all_stop, stop = (sum(stops(question, heard) for heard in way) for way in (before, now))
    all_choose, choose = (sum(chooses(question, heard) for heard in way) for way in (before, now))
    return Count(one.who, question, one.level, len(alike), all_stop, stop, all_choose, choose,
                 round(min(peaks), 1), round(max(peaks), 1))  # fmt: skip


def _all_loud(heard: Heard) -> Heard:
    return replace(heard, alternatives=tuple(replace(one, faint=frozenset()) for one in heard.alternatives))


async def counts(recogniser: Recogniser, sounds: Iterable[Over]) -> list[Count]:
    """For each kind of sound."""
    heard = [(over, await hear(recogniser, over)) for over in sounds]

    def kind(one: tuple[Over, Sequence[Heard]]) -> tuple[str, str, int]:
        return one[0].who, one[0].question, -one[0].level

    return [count(list(alike)) for _, alike in groupby(sorted(heard, key=kind), key=kind)]


def main() -> int:
    """Measure; 2 if a folder or the model cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m bench.speech_eval.echoes", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="where index.csv is")
    parser.add_argument("--model", type=Path, default=SHIPPED["en"], help="a Vosk model; default: the shipped one")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "echoes.json", help="the results")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one sound in so many, on a slow machine")
    options = parser.parse_args()
    try:
        sounds = [*(over for folder in options.folders for over in callers(folder)), *echoes()]
        with VoskRecogniser.open([Model("en", options.model)]) as recogniser:
            measured = [asdict(one) for one in asyncio.run(counts(recogniser, sounds[:: options.every]))]
    except (BadRecordings, SpeechError) as error:
        print(f"echoes: {error}", file=sys.stderr)
        return 2
    print("".join(f"{name:>15}" for name in measured[0]))
    for one in measured:
        print("".join(f"{value:>15}" for value in one.values()))
    options.out.write_text(json.dumps({"loud": LOUD, "counts": measured, "machine": describe()}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
