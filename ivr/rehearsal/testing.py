"""`ivr test`: plays the tests beside the flows, says which failed and why, and which branches no test takes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ivr.flow.errors import FlowProblems
from ivr.flow.library import TESTS, flow_files, load_flows
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
    """A flow, the verdicts of its tests in `file`, and the branches that these took."""

    file: str
    coverage: Coverage
    verdicts: tuple[Verdict, ...]

    @property
    def failed(self) -> bool:
        """Whether a test failed."""
        return any(verdict.failures for verdict in self.verdicts)


def play_tests(path: Path, catalogue: Catalogue, outside: Outside | None = None) -> list[FlowTested]:
    """Play the tests of a flow, of all flows of a folder, or of one file of tests.

    FlowProblems if a flow or a file of tests cannot be used; nothing is played then.
    """
    path = _flow_of(path) if path.name.endswith(TESTS) else path
    load_flows(path, catalogue, outside)  # numbers and names that are taken twice show only where all are read
    return asyncio.run(_play_all(_suites(path, catalogue), catalogue))


def report(tested: FlowTested) -> Iterator[str]:
    """The lines that say what came of a flow's tests."""
    coverage, name = tested.coverage, tested.coverage.flow.name
    for verdict in tested.verdicts:
        if verdict.failures:
            yield from _failure(tested.file, verdict)
    passed = sum(not verdict.failures for verdict in tested.verdicts)
    yield (
        f"{name}: {passed} of {_count(tested.verdicts, 'test')} passed,"
        f" {coverage.percent:.0f} % of {_count(coverage.branches, 'branch', 'es')} taken"
    )
    if not tested.verdicts:
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
        flow = next(iter(load_flows(file, catalogue).by_number.values()))
        tests = suite_file(file)
        try:
            suites.append(
                read_suite(tests, flow, catalogue) if tests.exists() else Suite(str(tests), flow, (), {}, {})
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
