"""Write a network as a folder that Vosk loads: the model, its settings, and the graph from states to words.

The graph is kept in two parts (HCLr.fst and Gr.fst), so that a grammar given at run time replaces the second.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ear.features import CONFIGURATION
from ear.graphs import OUTPUT_COUNT, OUTPUTS, PAUSE, SILENCE
from ear.kaldi import acoustic_model
from ear.network import STRIDE, Network, affines
from ear.words import GARBAGE, WORDS
from stack.debian import Prefix

SETTINGS: Final = f"""\
--min-active=200
--max-active=3000
--beam={{beam:g}}
--lattice-beam={{lattice_beam:g}}
--max-mem=1000000
--acoustic-scale=1.0
--frame-subsampling-factor={STRIDE}
--endpoint.silence-phones={SILENCE + 1}
--endpoint.rule2.min-trailing-silence=0.9
--endpoint.rule3.min-trailing-silence=1.4
--endpoint.rule4.min-trailing-silence=2.0
"""
"""`max-mem`, in bytes, bounds what is made of music: with the 50 MB that Vosk takes, its result takes seconds."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How it listens. `bonus` is what starting a word is worth, garbage `garbage_bonus`.

    Vosk's grammars charge about two thirds more for a word than training did, and without a bonus words are lost.
    """

    bonus: float = 3.0
    garbage_bonus: float = 1.0
    beam: float = 12.0
    lattice_beam: float = 4.0


def write_model(network: Network, folder: Path, openfst: Prefix, tuning: Tuning | None = None) -> None:
    """Put the model in place of what the folder held."""
    tuning = tuning or Tuning()
    for name in ("am", "conf", "graph"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    (folder / "graph/phones").mkdir()
    network.eval()
    (folder / "am/final.mdl").write_bytes(acoustic_model(*affines(network)))
    (folder / "conf/mfcc.conf").write_text(CONFIGURATION)
    settings = SETTINGS.format(beam=tuning.beam, lattice_beam=tuning.lattice_beam)
    (folder / "conf/model.conf").write_text(settings)
    _write_graph(folder / "graph", openfst, tuning)
    lines = [
        f"{SILENCE + 1} nonword",
        *(f"{output + 1} {_place(o, output)}" for o in OUTPUTS.values() for output in o),
    ]
    (folder / "graph/phones/word_boundary.int").write_text("\n".join(lines) + "\n")


def _place(outputs: range, output: int) -> str:
    if len(outputs) == 1:
        return "singleton"
    return {outputs[0]: "begin", outputs[-1]: "end"}.get(output, "internal")


def _write_graph(folder: Path, openfst: Prefix, tuning: Tuning) -> None:
    tools = OpenFst(openfst)
    numbers = {word: number for number, word in enumerate(WORDS, start=1)}
    states = tools.run(
        "fstarcsort", "--sort_type=olabel", given=tools.run("fstcompile", given=_states(numbers, tuning))
    )
    relabel = folder / "relabel"
    lookahead = ["--fst_type=olabel_lookahead", f"--save_relabel_opairs={relabel}"]
    (folder / "HCLr.fst").write_bytes(tools.run("fstconvert", *lookahead, given=states))
    loop = tools.run("fstcompile", given=_any_words(numbers))
    loop = tools.run("fstrelabel", f"--relabel_ipairs={relabel}", f"--relabel_opairs={relabel}", given=loop)
    loop = tools.run("fstarcsort", "--sort_type=ilabel", given=loop)
    (folder / "Gr.fst").write_bytes(tools.run("fstconvert", "--fst_type=const", given=loop))
    pairs = (line.split() for line in relabel.read_text().splitlines())
    renumbered = {int(before): int(after) for before, after in pairs}
    relabel.unlink()
    listed = sorted((renumbered[number], word) for word, number in numbers.items())
    (folder / "words.txt").write_text("<eps> 0\n" + "".join(f"{word} {number}\n" for number, word in listed))
    (folder / "disambig_tid.int").write_text(f"{2 * OUTPUT_COUNT + 1000}\n")  # Vosk wants one; this is none of ours


def _states(numbers: dict[str, int], tuning: Tuning) -> bytes:
    """From Kaldi's transitions (2n + 1 stays in output n, 2n + 2 leaves it) to words, each on its first arc."""
    pause, no_pause = -math.log(PAUSE), -math.log(1 - PAUSE)
    begin, silence, loop, ended, free = 0, 1, 2, 3, 4
    enter, stay = 2 * SILENCE + 2, 2 * SILENCE + 1
    arcs = [(begin, silence, enter, 0, pause), (begin, loop, 0, 0, no_pause), (silence, silence, stay, 0, 0.0),
            (silence, loop, 0, 0, 0.0), (ended, silence, enter, 0, pause), (ended, loop, 0, 0, no_pause)]  # fmt: skip
    for word, outputs in OUTPUTS.items():
        worth = tuning.garbage_bonus if word == GARBAGE else tuning.bonus
        here = loop
        for output in outputs:
            first = output == outputs[0]
            arcs.append((here, free, 2 * output + 2, numbers[word] if first else 0, -worth if first else 0.0))
            arcs.append((free, free, 2 * output + 1, 0, 0.0))
            here, free = free, free + 1
        arcs.append((here, ended, 0, 0, 0.0))
    lines = [f"{source} {target} {heard} {word} {cost:.6f}" for source, target, heard, word, cost in sorted(arcs)]
    return "\n".join([*lines, f"{silence} 0", f"{ended} {no_pause:.6f}", ""]).encode()


def _any_words(numbers: dict[str, int]) -> bytes:
    """Without a grammar, all words are as likely."""
    cost = math.log(len(numbers))
    return "".join([*(f"0 0 {number} {number} {cost:.6f}\n" for number in numbers.values()), "0 0\n"]).encode()


class OpenFst:
    """The programs of OpenFst, out of Debian's packages."""

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix
        self._library = next(prefix.root.glob("usr/lib/*/libfstlookahead.so.*"))

    def run(self, program: str, *options: str, given: bytes) -> bytes:
        """What the program makes of `given`."""
        with tempfile.TemporaryDirectory() as folder:  # it looks for its plug-in under the name of the kind
            Path(folder, "olabel_lookahead-fst.so").symlink_to(self._library)
            command = list(self._prefix.command(f"usr/bin/{program}"))
            place = command.index("--library-path") + 1
            command[place] += f":{folder}"
            done = subprocess.run([*command, *options], input=given, capture_output=True, check=False, env=os.environ)
        if done.returncode:
            raise OSError(f"{program} of OpenFst failed: {done.stderr.decode().strip()}")
        return done.stdout
