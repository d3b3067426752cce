"""Make the ear: `make ear DATA=folder`.

    python -m ear all DATA      speak, train, cut, tune, other and export, with the usual amounts
    python -m ear speak         let the speakers speak: the corpus grows (--minutes)
    python -m ear resume DATA   begin with the network of the model that is shipped, instead of with none
    python -m ear train DATA    train on synthetic voices and many people (--steps); goes on where it stopped
    python -m ear cut DATA      cut words out of what natural voices and the census say, with what was trained
    python -m ear tune DATA     go on from there with the development speakers; --without NAME leaves one of them out
    python -m ear other DATA    go on from there with another network, which hears a second time
    python -m ear export NAME   write a trained network as a Vosk model; `other` within that of the first
    python -m ear sets DATA     make the recordings that `make speech-eval` and `bench.speech_eval.menus` read

DATA/fsdd holds a folder of recordings for each development speaker: digit_name_take.wav, 8 kHz; what else DATA may
hold is in ear/crowd.py and ear/census.py. All that is made is kept in --work (run/ear); the steps may run side by
side, for training looks for what is new in the corpus.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from ear.alone import cut, cut_census
from ear.census import CHECKING, census
from ear.crowd import kept_for_checking
from ear.examples import Examples, Material
from ear.export import write_model
from ear.install import SOUNDS, VOICES, programs
from ear.kokoro import Voices
from ear.machines import Machines
from ear.menus import write_menus
from ear.network import Network
from ear.people import development_speakers
from ear.resume import resumed
from ear.sets import write_beside_the_point, write_census, write_people, write_voices
from ear.speak import accented, machine, natural
from ear.train import Plan, average, load, normalise, train
from speech.model import AGAIN
from stack.errors import StackError

BASE = "base"  # the network that has heard no development speaker
ALL = "all"  # the one that has heard them
OTHER = "other"  # the one that hears a second time
ONCE_MORE = "-once-more"
MACHINE_UTTERANCES = 4000


def main() -> int:
    """Run a step; 2 if something that it needs is not there."""
    parser = argparse.ArgumentParser(prog="python -m ear", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("argument", nargs="?", default="", metavar="DATA|NAME")
    parser.add_argument("--work", type=Path, default=Path("run/ear"), metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=120, help="of speaking, for `speak`")
    parser.add_argument("--steps", type=int, help="of training")
    parser.add_argument("--without", default="", metavar="NAME", help="a person who is not to be heard in training")
    parser.add_argument("--cards", type=int, default=8, help="of each voice in the sets")
    parser.add_argument(
        "--out", type=Path, default=Path("speech/models/en-digits"), help="where `export` writes, and `resume` reads"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        STEPS[options.step](options)
    except (StackError, OSError, ValueError) as error:
        print(f"ear: {error}", file=sys.stderr)
        return 2
    return 0


def everything(options: argparse.Namespace) -> None:
    """The shipped model, from nothing."""
    speak(options)
    train_base(options)
    cut_words(options)
    tune(options)
    train_other(options)
    for options.argument in (ALL, OTHER):
        export(options)


def speak(options: argparse.Namespace) -> None:
    """Machine voices, then natural ones, then those that have an accent."""
    machine(options.work / "corpus", Machines(programs()), MACHINE_UTTERANCES, seed=1)
    natural(options.work / "corpus", Voices(VOICES), 60 * options.minutes, seed=1)
    accented(options.work / "corpus", Voices(VOICES), 15 * options.minutes, seed=1)


def resume(options: argparse.Namespace) -> None:
    """The shipped model again as the base, to be trained or tuned further; nothing is overwritten."""
    if (base := options.work / f"{BASE}.pt").exists():
        raise OSError(f"{base} is there already: move it away first")
    examples = Examples(Material(options.work / "corpus", SOUNDS, _data(options)), seed=0)
    network = resumed(options.out / "am" / "final.mdl", [examples.one()[0] for _ in range(300)])
    torch.save({"network": network.state_dict()}, base)


def train_base(options: argparse.Namespace) -> None:
    """No development speaker."""
    torch.manual_seed(0)
    network, material = Network(), Material(options.work / "corpus", SOUNDS, _data(options))
    normalise(network, material)
    train(network, material, Plan(options.steps or 10_000, falling_from=0.6), options.work / f"{BASE}.pt")


def cut_words(options: argparse.Namespace) -> None:
    """More words that stand alone."""
    network = load(options.work / f"{BASE}.pt")
    cut(options.work / "corpus", network)
    cut_census(options.work / "corpus", _data(options), network)


def tune(options: argparse.Namespace) -> None:
    """With people, twice from where it stands; the rate falls from the first step on."""
    data = _data(options)
    heard = tuple(sorted(name for name in development_speakers(data) if name != options.without))
    material = Material(options.work / "corpus", SOUNDS, data, heard)
    plan = Plan(options.steps or 2600, rate=1.2e-3, falling_from=0.0, seed=2)
    name = f"without-{options.without}" if options.without else ALL
    once, again = (options.work / f"{name}{part}.pt" for part in ("", ONCE_MORE))
    train(load(options.work / f"{BASE}.pt"), material, plan, once)
    train(load(once), material, replace(plan, seed=3), again)


def train_other(options: argparse.Namespace) -> None:
    """The network that hears a second time: trained boldly on from the first, it errs elsewhere."""
    data = _data(options)
    material = Material(options.work / "corpus", SOUNDS, data, tuple(development_speakers(data)))
    plan = Plan(options.steps or 7000, rate=1.2e-3, falling_from=0.2, seed=4)
    train(_trained(options, ALL), material, plan, options.work / f"{OTHER}.pt")


def export(options: argparse.Namespace) -> None:
    """A Vosk model out of what was trained, by name: base, all, other, without-NAME."""
    folder = options.out / AGAIN if options.argument == OTHER else options.out
    write_model(_trained(options, options.argument), folder, programs())


def _trained(options: argparse.Namespace, name: str) -> Network:
    """The mean of two checkpoints, where there are two."""
    once, again = (options.work / f"{name}{part}.pt" for part in ("", ONCE_MORE))
    return average(once, again) if again.is_file() else load(once)


def sets(options: argparse.Namespace) -> None:
    """The voices that are kept for checking, and each person by themselves."""
    write_voices(options.work / "sets" / "voices", Voices(VOICES), Machines(programs()), options.cards)
    write_beside_the_point(options.work / "sets" / "beside-the-point", Machines(programs()))
    write_menus(options.work / "sets" / "menus", Voices(VOICES), Machines(programs()), Path(options.argument))
    if options.argument:
        data, machines = Path(options.argument), Machines(programs())
        write_people(options.work / "sets" / "people", development_speakers(data), 5 * options.cards, machines)
        write_people(options.work / "sets" / "strangers", kept_for_checking(data), 2 * options.cards, machines)
        write_census(options.work / "sets" / "census", census(data, CHECKING), machines)


def _data(options: argparse.Namespace) -> Path:
    if not (folder := Path(options.argument) / "fsdd").is_dir():
        raise OSError(f"{folder} is not there: name the folder that holds fsdd/")
    return folder.parent


STEPS = {
    "all": everything,
    "speak": speak,
    "resume": resume,
    "train": train_base,
    "cut": cut_words,
    "tune": tune,
    "other": train_other,
    "export": export,
    "sets": sets,
}

if __name__ == "__main__":
    sys.exit(main())
