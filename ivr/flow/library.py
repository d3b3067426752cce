"""The flows of a folder: read, checked and found by the number that was dialled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.flow.checks import Catalogue, lint
from ivr.flow.errors import FlowProblems
from ivr.flow.folder import Reading, unreadable
from ivr.flow.loader import Source, load
from ivr.flow.model import Flow
from ivr.flow.outside import Outside
from ivr.flow.problems import MOST_PROBLEMS, Code, Problem, quoted

TESTS = ".test.yaml"


@dataclass(frozen=True, slots=True)
class FlowBook:
    """Flows by the dialled numbers that they answer; `called` are those that only other flows call, by name."""

    by_number: Mapping[str, Flow]
    called: Mapping[str, Flow] = field(default_factory=dict)

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


def with_called(file: Path) -> list[Path]:
    """A flow file and those of the flows that it calls, as far as they can be found while there are problems."""
    reading = Reading(lambda _: [])
    reading.take(file)
    return sorted(reading.problems)


def load_flows(path: Path, catalogue: Catalogue, outside: Outside | None = None) -> FlowBook:
    """The flows of a folder (or of one file); FlowProblems if anything at all is wrong with any of them.

    `outside` is what ivr.toml defines; if None, flows may name people and services as they like.
    """
    sources, problems = _examine(path, catalogue, outside)
    if problems:
        raise FlowProblems(problems)
    flows = [source.flow for source in sources.values()]
    return FlowBook(
        {number: flow for flow in flows for number in flow.answers},
        {flow.name: flow for flow in flows if flow.returns},
    )


def load_flow(file: Path, catalogue: Catalogue, outside: Outside | None = None) -> Flow:
    """The flow of one file; FlowProblems if anything is wrong with it, or with one that it calls."""
    sources, problems = _examine(file, catalogue, outside)
    if problems:
        raise FlowProblems(problems)
    return sources[file].flow


def check(path: Path, catalogue: Catalogue, outside: Outside | None = None) -> list[Problem]:
    """Everything that is wrong with the flows of a folder or a file, in order; print it with `problems.report`."""
    return _examine(path, catalogue, outside)[1]


def numbers_taken(folder: Path) -> dict[str, str]:
    """The numbers that flows of a folder answer, each with its file, even while there are problems to mend."""
    reading = Reading(lambda _: [])
    for file in flow_files(folder) if folder.is_dir() else []:
        reading.take(file)
    return {number: source.file for source in reading.sources.values() for number in source.flow.answers}


def parse_flow(data: bytes, file: str, catalogue: Catalogue) -> Flow:
    """One flow from its text; FlowProblems if anything is wrong with it. `file` is how messages name it."""
    source, problems = load(data, file)
    problems = sorted(problems + (lint(source, catalogue) if source else []))[:MOST_PROBLEMS]
    if problems or source is None:
        raise FlowProblems(problems)
    return source.flow


def _examine(
    path: Path, catalogue: Catalogue, outside: Outside | None
) -> tuple[Mapping[Path, Source], list[Problem]]:
    files = flow_files(path)
    reading = Reading(lambda source: lint(source, catalogue, outside))
    for file in files:
        reading.take(file)
    problems = [problem for problems in reading.problems.values() for problem in problems]
    if not files:
        problems.append(unreadable(path, "there is no flow in this folder", "put a file in it that ends in .yaml"))
    return reading.sources, sorted([*problems, *_taken(reading.sources.values()), *_misnamed(reading.sources)])


def _taken(sources: Iterable[Source]) -> Iterator[Problem]:
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


def _misnamed(sources: Mapping[Path, Source]) -> Iterator[Problem]:
    """Sub-flows that are called otherwise than their files are."""
    for file, source in sources.items():
        name = source.flow.name
        if source.flow.returns and name not in ("", file.stem):
            what = f"other flows call this one {quoted(file.stem)}, as its file, and not {quoted(name)}"
            yield source.problem(["flow"], Code.WRONG_VALUE, what, f"write flow: {file.stem}, or rename the file")
