"""Reads flow files, each after those that it calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ivr.flow.loader import Source, load
from ivr.flow.problems import MOST_PROBLEMS, Code, Mark, Problem, instead_of, quoted
from ivr.flow.setting import problem, told_elsewhere
from ivr.flow.source import MOST_BYTES
from ivr.flow.subflow import DEEPEST, SubFlow, from_outside


class Reading:
    """`sources` are the flows that could be read, by file; `problems` is what is wrong with each file.

    `lint` says what is wrong with a flow that could be read.
    """

    def __init__(self, lint: Callable[[Source], list[Problem]]) -> None:
        self.sources: dict[Path, Source] = {}
        self.problems: dict[Path, list[Problem]] = {}
        self._lint = lint
        self._under_way: list[Path] = []
        self._called: dict[Path, SubFlow] = {}

    def take(self, file: Path) -> None:
        """Read a file, and before it those that it calls; once, however often it is asked for."""
        if file in self.problems:
            return
        self._under_way.append(file)
        try:
            with file.open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
            self.problems[file] = [unreadable(file, what, "check the name and the permissions")]
        else:
            source, problems = load(data, str(file), partial(self._find, file))
            problems = sorted(problems + (self._lint(source) if source else []))[:MOST_PROBLEMS]
            self.problems[file] = problems
            if source:
                self.sources[file] = source
        self._under_way.pop()

    def _find(self, caller: Path, name: str) -> SubFlow:
        """The sub-flow of this name beside `caller`; raises what to tell instead."""
        file = caller.with_name(f"{name}.yaml")
        if file in self._under_way:
            what = f"this leads back to {quoted(name)}, which is under way already"
            raise problem(Code.CALLS_IN_A_CIRCLE, what, "call another flow, or use next to go back to a step")
        if not file.is_file():
            there = sorted(other.stem for other in caller.parent.glob("*.yaml") if other != caller)
            mend = instead_of(name, there, f"put it into {file.name} beside this file")
            raise problem(Code.UNKNOWN_FLOW, f"there is no flow {quoted(name)}", mend)
        if len(self._under_way) == DEEPEST:
            raise _too_deep()
        self.take(file)
        source = self.sources.get(file)
        if source is None or (source.flow.returns and not source.whole):
            raise told_elsewhere()
        if not source.flow.returns:
            what = f"{quoted(name)} answers numbers, so it cannot be called"
            raise problem(Code.NOT_TO_BE_CALLED, what, "give it returns: instead of answers:, or call another flow")
        if file not in self._called:
            self._called[file] = from_outside(source.flow)
        if self._called[file].depth == DEEPEST:
            raise _too_deep()
        return self._called[file]


def unreadable(path: Path, what: str, mend: str) -> Problem:
    """A problem with a whole file or folder."""
    return Problem(str(path), Mark(), Code.UNREADABLE, what, mend)


def _too_deep() -> Exception:
    what = f"with this, more than {DEEPEST} flows would be one within the other"
    return problem(Code.TOO_DEEP, what, "write the steps of one of them where it is called")
