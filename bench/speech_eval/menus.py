"""How often a word at a menu is taken, and what else is taken for one: over the margin between two choices (DOUBT).

    python -m bench.speech_eval.menus FOLDER [FOLDER ...] [--model FOLDER] [--out bench/menus.json]

A folder holds index.csv with the columns file, question, key and condition, and 8 kHz mono WAV files. `question` is
`menu`, `yes-no` or `day`, `key` what the caller means by it (of a day the four that would be keyed), and empty where
what they say is no answer. Each recording goes the way that a caller's answer goes, up to where the flow would go on:
a day is read back then, and needs no margin. Prints a table and writes it.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from bench.machine import describe
from bench.speech_eval.hearing import PACKET
from bench.speech_eval.recordings import BadRecordings, samples
from ivr.understanding.listening import DOUBT, PERSON, Listening, Stretches
from ivr.understanding.questions import for_choice, for_day, for_yes_or_no
from speech.errors import SpeechError
from speech.model import SHIPPED, Model
from speech.recogniser import Grammar, Recogniser
from speech.vosk import VoskRecogniser

ROOT: Final = Path(__file__).resolve().parents[2]
_ASKED: Final = {
    "menu": for_choice("en", {"1": ("pay", "payment"), "9": ("stop", "cancel")}, person=True),
    "yes-no": for_yes_or_no("en", "1", "2", person=True),
    "day": for_day("en", date(2026, 1, 1), bool, person=True),
}
QUESTIONS: Final[Mapping[str, Listening]] = {name: question for name, question in _ASKED.items() if question}
"""Those of flows/pay-by-voice.yaml, and a day."""
DOUBTS: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
COLUMNS: Final = ("file", "question", "key", "condition")


@dataclass(frozen=True, slots=True)
class Answer:
    """A recording: to which question, and the key that it means; "" for none."""

    path: Path
    question: str
    key: str
    condition: str


@dataclass(frozen=True, slots=True)
class Point:
    """Of the recordings of a condition at one margin: of the answers and of what is none, how many are taken so."""

    doubt: float
    answers: int
    right: int
    wrong: int
    others: int
    taken: int
    person: int


def answers(folder: Path) -> Iterator[Answer]:
    """What the index lists. `BadRecordings` says what is wrong with it."""
    index = folder / "index.csv"
    try:
        with index.open(newline="", encoding="utf-8-sig") as file:
            rows = [tuple((row.get(name) or "").strip() for name in COLUMNS) for row in csv.DictReader(file)]
    except FileNotFoundError:
        raise BadRecordings(f"{folder} holds no index.csv with the columns {', '.join(COLUMNS)}") from None
    for file_name, question, key, condition in rows:
        if question not in QUESTIONS:
            raise BadRecordings(f"{index}: the question {question!r} is none of {', '.join(QUESTIONS)}")
        yield Answer(folder / file_name, question, key, condition)


async def hear(recogniser: Recogniser, answer: Answer) -> list[Stretches]:
    """What was heard by the end of each stretch of speech."""
    listener = recogniser.listen(Grammar(recogniser.known(QUESTIONS[answer.question].words)))
    try:
        audio, ended = samples(answer.path), []
        for start in range(0, len(audio), PACKET):
            ended += [heard for heard in await listener.feed(audio[start : start + PACKET]) if heard.final]
        ended += [heard for heard in await listener.finish() if heard.final]
    finally:
        listener.close()
    stretches = [heard.alternatives for heard in ended if heard.alternatives[0].words]
    return [stretches[: place + 1] for place in range(len(stretches))]


def taken(question: Listening, heard: Sequence[Stretches]) -> str:
    """The key with which the flow would go on; "" if it asks again."""
    said = [question.understand(stretches) for stretches in heard]
    at_the_end = said[-1:] if question.most > 1 else []
    return next((str(one) for one in [*filter(question.whole, said), *at_the_end]), "")


def point(doubt: float, heard: Sequence[tuple[Answer, Sequence[Stretches]]]) -> Point:
    """The counts at one margin."""
    questions = {name: replace(question, doubtful=doubt) for name, question in QUESTIONS.items()}
    ways = [(answer.key, taken(questions[answer.question], stretches)) for answer, stretches in heard]
    meant = [(key, got) for key, got in ways if key]
    beside = [got for key, got in ways if not key]
    right = sum(key == got for key, got in meant)
    wrong = sum(bool(got) and key != got for key, got in meant)
    person = sum(got == PERSON for got in beside)
    return Point(doubt, len(meant), right, wrong, len(beside), sum(map(bool, beside)), person)


async def curves(recogniser: Recogniser, listed: Sequence[Answer]) -> dict[str, list[Point]]:
    """For each condition, and all together."""
    heard = [(one, await hear(recogniser, one)) for one in listed]
    conditions = {one.condition: [pair for pair in heard if pair[0].condition == one.condition] for one in listed}
    return {
        name: [point(doubt, some) for doubt in DOUBTS] for name, some in {**conditions, "all": heard}.items() if some
    }


def main() -> int:
    """Measure; 2 if a folder or the model cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m bench.speech_eval.menus", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="where index.csv is")
    parser.add_argument("--model", type=Path, default=SHIPPED["en"], help="a Vosk model; default: the shipped one")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "menus.json", help="the results")
    options = parser.parse_args()
    try:
        listed = [one for folder in options.folders for one in answers(folder)]
        with VoskRecogniser.open([Model("en", options.model)]) as recogniser:
            measured = asyncio.run(curves(recogniser, listed))
    except (BadRecordings, SpeechError) as error:
        print(f"menus: {error}", file=sys.stderr)
        return 2
    print(
        f"{'condition':>14}{'doubt':>8}{'answers':>9}{'right':>7}{'wrong':>7}{'others':>8}{'taken':>7}{'person':>8}"
    )
    for name, points in measured.items():
        for one in points:
            print(f"{name:>14}{one.doubt:>8g}{one.answers:>9}{one.right:>7}{one.wrong:>7}{one.others:>8}"
                  f"{one.taken:>7}{one.person:>8}")  # fmt: skip
    results = {name: [asdict(one) for one in points] for name, points in measured.items()}
    options.out.write_text(json.dumps({"doubt": DOUBT, "curves": results, "machine": describe()}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
