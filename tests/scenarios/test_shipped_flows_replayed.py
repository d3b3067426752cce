"""Every call that the tests of the shipped flows describe, recorded and replayed: it goes as it went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.flow.call import Call
from ivr.flow.engine import Ending, StepTaken, run_flow
from ivr.flow.library import flow_files, load_flow
from ivr.flow.model import Flow
from ivr.rehearsal import trial
from ivr.rehearsal.reading import read_suite, suite_file
from ivr.trace.comparing import replay
from ivr.trace.recording import RecordedCall
from ivr.trace.telling import compare
from ivr.trace.trace import Trace, read
from tests.flow_play import ROOT
from tests.unit.traced import CATALOGUE, recorder

SHIPPED = [file for file in flow_files(ROOT / "flows") if load_flow(file, CATALOGUE).answers]


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[Trace]:
    """The traces of the tests that are played."""
    kept: list[Trace] = []

    async def recorded(flow: Flow, call: Call, observe: Callable[[StepTaken], None]) -> Ending:
        recording = recorder(flow, call.now, number_told=call.caller is not None)

        def both(taken: StepTaken) -> None:
            recording.taken(taken)
            observe(taken)

        ending = await run_flow(flow, RecordedCall(call, recording, CATALOGUE), both, recording.entered)
        kept.append(read(recording.end(ending), flow.name))
        return ending

    monkeypatch.setattr(trial, "run_flow", recorded)
    return kept


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_calls_of_a_shipped_flow_go_the_same_way_when_they_are_replayed(file: Path, traces: list[Trace]) -> None:
    flow = load_flow(file, CATALOGUE)
    suite = read_suite(suite_file(file), flow, CATALOGUE)
    for name in suite.cases:
        verdict = asyncio.run(trial.play(suite, name, CATALOGUE))
        assert verdict.failures == ()
        replayed = replay(traces[-1], flow)
        told = list(compare(replayed, name, "replayed"))
        assert replayed.same, told
        assert [line for line in told if line.startswith("~")] == [], name
    assert len(traces) == len(suite.cases)
