"""`make prove`: the leak proof. `python -m proof --list` says which ways and controls there are."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from proof.controls import CONTROLS
from proof.kills import KILLS
from proof.prove import Order, Proof
from proof.reader import become_reader
from proof.report import write
from proof.verdict import Verdict, places
from proof.ways import WAYS
from stack.errors import NotStarted, StackError
from stack.folder import claimed
from stack.processes import ProcessFailed
from stack.product import ROOT
from stack.screen import Screen, screen, when_told_to_end

FOLDER = ROOT / "run" / "prove"
OUT = ROOT / "proof"
CALLS, CALLS_WITH_LEAK, MOST_CALLS = 50, 5, 100_000
_EPILOG = """exit status: 0 no leak and every control fired; 1 it is not proved; 2 it could not be run.
The report is in report.json and report.html. docs/reference/proof.md says what is proved, and what is not."""


class Progress:
    """One line that changes on a terminal, one line for each stage that is over."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("starting")
        self._began = time.monotonic()

    def say(self, what: str) -> None:
        """How far it has come; nothing where the line could not change."""
        if self._console.is_terminal:
            self._status.start()
            self._status.update(f"{self._elapsed()}  {escape(what)}")

    def done(self, stage: str, result: str) -> None:
        """A stage is over."""
        self._status.stop()
        self._console.print(f"{self._elapsed()}  [bold]{escape(stage):<14}[/] {escape(result)}")

    def stop(self) -> None:
        """Nothing more is to be shown."""
        self._status.stop()

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        return f"{minutes:2}:{seconds:02}"


async def prove(order: Order, console: Screen) -> Verdict:
    """The proof, ended in good order when it is told to end."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made one
    when_told_to_end(console, task.cancel)
    os.environ["PYTHONFAULTHANDLER"] = "1"  # what a program prints when it crashes is searched too
    progress = Progress(console)
    try:
        with claimed(FOLDER):
            return await Proof(FOLDER, progress.say, progress.done).of(order)
    finally:
        progress.stop()


def show(verdict: Verdict, console: Console, out: Path) -> None:
    """The verdict: controls and leaks as tables, then one line."""
    if verdict.finds:
        table = Table(Column("Leak found in", overflow="fold"), "detector", "encoding", "times", title_justify="left")
        for find, times in places(verdict.finds):
            table.add_row(escape(find.where), find.detector, find.encoding, str(times))
        console.print(table)
    fired = sum(control.find is not None for control in verdict.controls)
    size = sum(verdict.searched.bytes.values()) / 1e9
    word = "[bold green]Proved[/]" if verdict.proved else "[bold red]Not proved[/]"
    console.print(
        f"{word}: {len(verdict.calls)} calls in {len(verdict.ways)} ways, {size:.2f} GB searched, leaks"
        f" {len(verdict.finds)}, controls {fired}/{len(verdict.controls)}, {verdict.seconds:.0f} s"
    )
    for reason in verdict.reasons:
        console.print(f"  {escape(reason)}")
    console.print(f"Report: {out / 'report.html'} and report.json")


def teach(console: Console) -> None:
    """What can be chosen."""
    ways = Table("Way (--ways)", "what the caller does", "how it must end")
    for way in WAYS.values():
        ways.add_row(way.name, way.about, way.ends)
    for kill in KILLS:
        ways.add_row(kill.name, f"{kill.signal.name} of {kill.process} in the middle of three numbers", "killed")
    controls = Table("Control (--leak)", "what leaks on purpose", "detector that must find it")
    for control in CONTROLS.values():
        controls.add_row(control.name, control.about, control.detector)
    console.print(ways, controls)


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m proof",
        description="Make real calls with canary cards, then hunt every card wherever it must not be.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known = [*WAYS, *(kill.name for kill in KILLS)]
    parser.add_argument("--calls", type=int, metavar="N", help=f"default {CALLS}; with a leak {CALLS_WITH_LEAK}")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="for the report (default: proof/)")
    parser.add_argument("--ways", nargs="+", default=(), choices=known, metavar="WAY", help="only these")
    parser.add_argument("--leak", default="", choices=[*CONTROLS], metavar="CONTROL", help="plant this leak")
    parser.add_argument("--list", action="store_true", help="say which ways and controls there are")
    options = parser.parse_args(arguments)
    if options.calls is None:
        options.calls = CALLS_WITH_LEAK if options.leak else CALLS
    if not 1 <= options.calls <= MOST_CALLS:
        parser.error(f"--calls: from 1 to {MOST_CALLS}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    options, console = _read(arguments), screen()
    if options.list:
        teach(console)
        return 0
    try:
        become_reader(sys.argv[1:] if arguments is None else arguments)
        verdict = asyncio.run(prove(Order(options.calls, options.ways, options.leak), console))
    except asyncio.CancelledError:
        console.print("Stopped: every program that was started has ended. No report was written.")
        return 130
    except (ProcessFailed, StackError, TimeoutError, OSError) as problem:
        errors = screen(errors=True)
        errors.print(f"[bold red]The proof could not be run:[/] {escape(str(problem) or type(problem).__name__)}")
        if not isinstance(problem, NotStarted):
            errors.print(f"What was written so far is in {FOLDER.relative_to(ROOT)}/, with the log of each program.")
        return 2
    write(verdict, options.out)
    show(verdict, console, options.out)
    return 0 if verdict.proved else 1


if __name__ == "__main__":
    sys.exit(main())
