"""The shipped flows when the caller hangs up: after every line of every call that their tests make."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.flow.engine import CALLER_HUNG_UP, Ending
from ivr.flow.library import flow_files, load_flow
from ivr.flow.model import Flow
from ivr.rehearsal.lines import Kind, Line
from ivr.rehearsal.reading import read_suite, suite_file
from ivr.rehearsal.suite import Expected, Suite
from ivr.rehearsal.trial import play
from tests.flow_play import ROOT
from tests.unit.rehearsals import CATALOGUE

HANGS_UP = Line(Kind.HANGS_UP)
GONE = Expected(ends=Ending.CALLER_HUNG_UP)


SUITES = [
    read_suite(suite_file(file), flow, CATALOGUE)
    for file in flow_files(ROOT / "flows")
    if (flow := load_flow(file, CATALOGUE)).answers
]
CALLS = [(suite, name) for suite in SUITES for name in suite.cases]


@pytest.mark.parametrize(("suite", "name"), CALLS, ids=[name for _, name in CALLS])
async def test_a_hang_up_after_any_line_ends_the_call_in_the_step_where_it_happens(suite: Suite, name: str) -> None:
    call = suite.cases[name].call
    for lines in range(len(call)):
        happened = call[:lines]
        if any(line.kind is Kind.HANGS_UP or line.words == "caller-hangs-up" for line in happened):
            continue
        cut = suite.cases[name].model_copy(update={"call": (*happened, HANGS_UP), "expect": GONE})
        verdict = await play(replace(suite, cases={name: cut}), name, CATALOGUE)
        assert verdict.failures == ()
        assert verdict.trace[-1].outcome == CALLER_HUNG_UP
        after = verdict.record[verdict.record.index((Kind.HANGS_UP, "")) + 1 :]
        assert {who for who, _ in after} == {"step"}, "only the step is written down after that, and whose part it is"


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.flow.name)
def test_a_flow_ends_each_of_its_ways_with_something_said(suite: Suite) -> None:
    """Wherever a call can end, the step before has spoken."""

    def leading_to(flow: Flow, goal: str | None) -> set[str]:
        return {name for name, placed in flow.steps.items() if goal in placed.next.values()}

    steps = suite.flow.steps
    for end in (name for name, placed in steps.items() if placed.step.verb == "hangup"):
        assert {steps[name].step.verb for name in leading_to(suite.flow, end)} == {"say"}
    assert {steps[name].step.verb for name in leading_to(suite.flow, None)} <= {"say"}, "only hangup and a goodbye"
