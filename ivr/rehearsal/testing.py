"""`ivr test`: plays the tests beside the flows, says which failed and why, and which branches no test takes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ivr.errors import ConfigError
from ivr.flow.errors import FlowProblems
from ivr.flow.library import TESTS, flow_files, load_flow, load_flows
from ivr.flow.model import Flow
from ivr.flow.outside import Outside
from ivr.flow.problems import Code, Mark, Problem
from ivr.prompts.catalogue import Catalogue
from ivr.rehearsal.coverage import Coverage
from ivr.rehearsal.reading import read_suite, suite_file
from ivr.rehearsal.suite import Suite
from ivr.rehearsal.trial import Verdict, play

_WHO: Final = 9


@dataclass(frozen=True, slots=True)
class FlowTested:
    """A flow, the verdicts of its tests in `file`, and the branches that these took.

    What only other flows call has no tests of its own; `through` are those whose tests come to it.
    """

    file: str
    coverage: Coverage
    verdicts: tuple[Verdict, ...] = ()
    through: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a test failed."""
        return any(verdict.failures for verdict in self.verdicts)


def play_tests(path: Path, catalogue: Catalogue, outside: Outside | None = None) -> list[FlowTested]:
    """Play the tests of a flow, of all flows of a folder, or of one file of tests.

    FlowProblems if a flow or a file of tests cannot be used, ConfigError for one that nobody can dial; nothing is
    played then.
    """
    path = _flow_of(path) if path.name.endswith(TESTS) else path
    # numbers and names that are taken twice show only where all are read
    book = load_flows(path, catalogue, outside)
    if not path.is_dir() and not load_flow(path, catalogue).answers:
        raise ConfigError(f"{path.stem} answers no number: test the flows that call it, or the whole folder.")
    tested = asyncio.run(_play_all(_suites(path, catalogue), catalogue))
    return [*tested, *(_called(flow, tested) for flow in book.called.values() if path.is_dir())]


def report(tested: FlowTested) -> Iterator[str]:
    """The lines that say what came of a flow's tests."""
    coverage, name = tested.coverage, tested.coverage.flow.name
    for verdict in tested.verdicts:
        if verdict.failures:
            yield from _failure(tested.file, verdict)
    taken = f"{coverage.percent:.0f} % of {_count(coverage.branches, 'branch', 'es')} taken"
    if coverage.flow.returns:
        yield f"{name}: {taken} by the tests of {', '.join(tested.through) or 'no flow'}"
    else:
        passed = sum(not verdict.failures for verdict in tested.verdicts)
        yield f"{name}: {passed} of {_count(tested.verdicts, 'test')} passed, {taken}"
    if not tested.verdicts and not coverage.flow.returns:
        yield f"  It has no tests: write them in {tested.file}"
    elif coverage.missing:
        yield f"  no test takes {', '.join(coverage.missing)}"


def _flow_of(tests: Path) -> Path:
    return tests.with_name(tests.name.removesuffix(TESTS) + ".yaml")


def _suites(path: Path, catalogue: Catalogue) -> list[Suite]:
    """The tests of each flow; a flow without a file of tests has none."""
    files = flow_files(path)
    problems = list(_without_flow(path))
    suites = []
    for file in files:
        flow, tests = load_flow(file, catalogue), suite_file(file)
        if not flow.answers:
            problems += _with_tests(flow, tests)
            continue
        try:
            suites.append(
                read_suite(tests, flow, catalogue) if tests.exists() else Suite(str(tests), flow, (), {}, {}, {})
            )
        except FlowProblems as found:
            problems += found.problems
    if problems:
        raise FlowProblems(problems)
    return suites


def _without_flow(path: Path) -> Iterator[Problem]:
    """Files of tests in a folder whose flow is not there."""
    for tests in sorted(path.glob(f"*{TESTS}")) if path.is_dir() else ():
        flow = _flow_of(tests)
        if not flow.exists():
            what = f"there is no flow {flow.name} beside these tests"
            yield Problem(str(tests), Mark(), Code.UNREADABLE, what, "give both the same name, or remove the tests")


def _with_tests(flow: Flow, tests: Path) -> Iterator[Problem]:
    """Tests of a flow that nobody can dial."""
    if tests.exists():
        what = f"nobody can dial {flow.name}, so it has no tests of its own"
        yield Problem(str(tests), Mark(), Code.UNREADABLE, what, "move them into the tests of a flow that calls it")


def _called(flow: Flow, tested: Iterable[FlowTested]) -> FlowTested:
    """A flow with the branches that the tests of other flows took in it."""
    coverage = Coverage(flow)
    through = []
    for outer in tested:
        before = len(coverage.taken)
        for verdict in outer.verdicts:
            coverage.add_inside(outer.coverage.flow, verdict.trace)
        through += [outer.coverage.flow.name] if len(coverage.taken) > before else []
    return FlowTested("", coverage, through=tuple(through))


async def _play_all(suites: Iterable[Suite], catalogue: Catalogue) -> list[FlowTested]:
    tested = []
    for suite in suites:
        verdicts = tuple([await play(suite, name, catalogue) for name in suite.cases])
        coverage = Coverage(suite.flow)
        for verdict in verdicts:
            coverage.add(verdict.trace)
        tested.append(FlowTested(suite.file, coverage, verdicts))
    return tested


def _failure(file: str, verdict: Verdict) -> Iterator[str]:
    """What happened, up to where it went otherwise, and what the difference is."""
    yield f"FAILED {file}:{verdict.line}: {verdict.name}"
    yield from (f"    {who:>{_WHO}}  {what}".rstrip() for who, what in verdict.record)
    for failure in verdict.failures:
        yield from (f"  > {line}" for line in failure.splitlines())
    yield ""


def _count(things: Sized, one: str, more: str = "s") -> str:
    return f"{len(things)} {one}{more * (len(things) != 1)}"
