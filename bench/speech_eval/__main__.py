"""How often spoken cards are right: `make speech-eval DATA=folder [N=<of each>] [PEERS=1]`.

    python -m bench.speech_eval FOLDER [FOLDER ...] [--model FOLDER] [--count N] [--peers] [--out bench/speech.json]

A folder holds index.csv with the columns file, field, digits and condition, and 8 kHz mono WAV files. Each one
goes the way that a caller's answer goes: 20 ms at a time into the recogniser with the grammar of a card field, the
digits out of the words, and the choice among the alternatives that passes the checks with the product's margin.
Prints a table and writes bench/speech.json and bench/speech.svg.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.machine import describe
from bench.speech_eval.beside import NAMES, peer
from bench.speech_eval.hearing import Ear, OurEar
from bench.speech_eval.plot import plot
from bench.speech_eval.recordings import BadRecordings, Recording, recordings
from bench.speech_eval.scoring import Heard, by_condition, curve, figures
from pci.capture.choice import MARGIN
from speech.errors import SpeechError
from speech.model import SHIPPED, Model
from speech.vosk import VoskRecogniser

ROOT = Path(__file__).resolve().parents[2]
SHOWN = ("cards", "exact", "exact_after_luhn", "wrong_accepted", "asked_again", "digit_error_rate",
         "cpu_seconds_per_audio_second", "final_result_ms_p50", "final_result_ms_p99")  # fmt: skip

Sets = dict[str, dict[str, Any]]
"""The figures by condition."""


def main() -> int:
    """Measure; 2 if the folder or the model cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m bench.speech_eval", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="where index.csv is")
    parser.add_argument(
        "--peers", action="store_true", help="Whisper tiny and pocketsphinx on the same recordings as well"
    )
    parser.add_argument(
        "--model", type=Path, default=SHIPPED["en"], help="a Vosk model folder; default: the shipped one"
    )
    parser.add_argument("--count", type=int, metavar="N", help="only about N recordings of each condition")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "bench" / "speech.json", help="the results; .svg beside it"
    )
    options = parser.parse_args()
    try:
        listed = [one for folder in options.folders for one in recordings(folder)]
        if options.count:
            listed = some_of_each(listed, options.count)
        with VoskRecogniser.open([Model("en", options.model)]) as recogniser:
            heard = asyncio.run(hear_all(OurEar(recogniser), listed))
    except (BadRecordings, SpeechError) as error:
        print(f"speech-eval: {error}", file=sys.stderr)
        return 2
    sets, curves = measured(heard)
    results: dict[str, Any] = {"sets": sets, "margin": asdict(MARGIN), "curves": curves, "machine": describe()}
    print_table("tonewall", sets)
    for name in NAMES if options.peers else ():
        others = results.setdefault("side_by_side", {"tonewall": sets})
        others[name] = beside(name, listed)
        print_table(name, others[name])
    options.out.write_text(json.dumps(results, indent=1) + "\n")
    options.out.with_suffix(".svg").write_text(plot(curves, MARGIN.agreed))
    return 0


def measured(heard: Sequence[Heard]) -> tuple[Sets, dict[str, list[dict[str, float]]]]:
    """The figures of each condition, and its curve."""
    conditions = by_condition(heard)
    sets = {name: figures(some) for name, some in conditions.items()}
    return sets, {name: [asdict(point) for point in curve(some)] for name, some in conditions.items()}


def beside(name: str, listed: Sequence[Recording]) -> Sets:
    """The figures of another recogniser on the same recordings."""
    with peer(name) as other:
        return measured(asyncio.run(hear_all(other, listed)))[0]


def some_of_each(listed: Sequence[Recording], count: int) -> list[Recording]:
    """So many of each condition, from all over the list: it may go speaker by speaker."""
    conditions: dict[str, list[Recording]] = {}
    for one in listed:
        conditions.setdefault(one.condition, []).append(one)
    return [one for some in conditions.values() for one in some[:: -(-len(some) // count)]]


async def hear_all(ear: Ear, listed: Sequence[Recording]) -> list[Heard]:
    """Play them one after the other."""
    heard = []
    for number, one in enumerate(listed, start=1):
        heard.append(Heard(one, await ear.hear(one.audio(), one.field)))
        if number % 50 == 0:
            print(f"{number}/{len(listed)}", file=sys.stderr, flush=True)
    return heard


def print_table(name: str, sets: Sets) -> None:
    """A line for each condition."""
    print("".join(f"{title:>18}" for title in (name, *(one.replace("_", " ")[:17] for one in SHOWN))))
    for condition, row in sets.items():
        print(f"{condition:>18}" + "".join(f"{row[one]:>18}" for one in SHOWN), flush=True)


if __name__ == "__main__":
    sys.exit(main())
