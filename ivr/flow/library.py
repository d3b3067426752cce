"""The flows of a folder: read, checked and found by the number that was dialled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.flow.checks import Catalogue, lint
from ivr.flow.errors import FlowProblems
from ivr.flow.loader import Source, load
from ivr.flow.model import Flow
from ivr.flow.outside import Outside
from ivr.flow.problems import MOST_PROBLEMS, Code, Mark, Problem, quoted
from ivr.flow.source import MOST_BYTES

TESTS = ".test.yaml"


@dataclass(frozen=True, slots=True)
class FlowBook:
    """Flows by the dialled numbers that they answer."""

    by_number: Mapping[str, Flow]

    @property
    def flows(self) -> list[Flow]:
        """Each flow once, in the order of their names."""
        return sorted({flow.name: flow for flow in self.by_number.values()}.values(), key=lambda flow: flow.name)

    def find(self, dialled: str) -> Flow | None:
        """The flow that answers `dialled`, or None."""
        return self.by_number.get(dialled)


def flow_files(path: Path) -> list[Path]:
    """The flow files of a folder, without the tests that lie beside them; or `path` itself if it is a file."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.glob("*.yaml") if not file.name.endswith(TESTS))


def load_flows(path: Path, catalogue: Catalogue, outside: Outside | None = None) -> FlowBook:
    """The flows of a folder (or of one file); FlowProblems if anything at all is wrong with any of them.

    `outside` is what ivr.toml defines; if None, flows may name people and services as they like.
    """
    sources, problems = _examine(path, catalogue, outside)
    if problems:
        raise FlowProblems(problems)
    return FlowBook({number: source.flow for source in sources for number in source.flow.answers})


def check(path: Path, catalogue: Catalogue, outside: Outside | None = None) -> list[Problem]:
    """Everything that is wrong with the flows of a folder or a file, in order; print it with `problems.report`."""
    return _examine(path, catalogue, outside)[1]


def parse_flow(data: bytes, file: str, catalogue: Catalogue) -> Flow:
    """One flow from its text; FlowProblems if anything is wrong with it. `file` is how messages name it."""
    source, problems = _examine_one(data, file, catalogue, None)
    if problems or source is None:
        raise FlowProblems(problems)
    return source.flow


def _examine(path: Path, catalogue: Catalogue, outside: Outside | None) -> tuple[list[Source], list[Problem]]:
    files = flow_files(path)
    sources: list[Source] = []
    problems: list[Problem] = []
    if not files:
        problems.append(_unreadable(path, "there is no flow in this folder", "put a file in it that ends in .yaml"))
    for file in files:
        try:
            with file.open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
        except OSError as error:
            problems.append(
                _unreadable(file, f"cannot be read ({error.strerror})", "check the name and the permissions")
            )
            continue
        source, found = _examine_one(data, str(file), catalogue, outside)
        problems += found
        sources += [source] if source else []
    return sources, sorted([*problems, *_taken(sources)])


def _examine_one(
    data: bytes, file: str, catalogue: Catalogue, outside: Outside | None
) -> tuple[Source | None, list[Problem]]:
    source, problems = load(data, file)
    return source, sorted(problems + (lint(source, catalogue, outside) if source else []))[:MOST_PROBLEMS]


def _unreadable(path: Path, what: str, mend: str) -> Problem:
    return Problem(str(path), Mark(), Code.UNREADABLE, what, mend)


def _taken(sources: Sequence[Source]) -> Iterator[Problem]:
    """Names and dialled numbers that are claimed twice."""
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for source in sources:
        name = source.flow.name
        if name and (owner := names.setdefault(name, source.file)) != source.file:
            what = f"the flow in {owner} is called {quoted(name)} too"
            yield source.problem(["flow"], Code.NAME_TAKEN, what, "give this one another name")
        for index, number in enumerate(source.flow.answers):
            if number in numbers:
                elsewhere = "here" if numbers[number] == source.file else f"in {numbers[number]}"
                what = f"{quoted(number)} is answered {elsewhere} already"
                yield source.problem(["answers", index], Code.NUMBER_TAKEN, what, "keep it in one place")
            numbers.setdefault(number, source.file)
