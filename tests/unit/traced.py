"""Calls that are played and recorded, for the tests of traces."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ivr.flow.call import Call
from ivr.flow.engine import run_flow
from ivr.flow.model import Flow
from ivr.prompts.catalogue import Catalogue
from ivr.trace.events import Began
from ivr.trace.recorder import Recorder
from ivr.trace.recording import RecordedCall
from ivr.trace.trace import Trace, read
from tests.flow_play import ADA, BOB, ENGLISH, ROOT, flow_of
from tests.scripted_call import ScriptedCall

CATALOGUE = Catalogue.load(ROOT / "sounds")
PAY_INVOICE = (ROOT / "flows" / "pay-invoice.yaml").read_text(encoding="utf-8")
STARTED = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
PAYS = """
    caller presses 1000442#
    caller presses 1
    card side reads visa 1111
    caller presses 1
    processor approves
"""


def recorder(flow: Flow, started: datetime = STARTED, *, number_told: bool = False) -> Recorder:
    """For a call of this flow in which no time passes."""
    language = flow.languages[0]
    began = Began(
        call="call-1",
        flow=flow.name,
        version=3,
        dialled="1000",
        language=language,
        started=started,
        number_told=number_told,
    )
    return Recorder(began, clock=lambda: 0.0)


async def record(flow: Flow, call: Call) -> str:
    """Run the flow on the call; the trace as it is kept."""
    recording = recorder(flow)
    recorded = RecordedCall(call, recording, CATALOGUE)
    ending = await run_flow(flow, recorded, recording.taken, recording.entered)
    return recording.end(ending)


async def traced(dialogue: str, flow: str = PAY_INVOICE) -> Trace:
    """The trace of a call that goes as the dialogue says."""
    call = ScriptedCall(dialogue, ENGLISH, (ADA, BOB))
    trace = await record(flow_of(flow), call)
    call.finish()
    return read(trace, "trace")


def shipped(folder: Path) -> Path:
    """A copy of the shipped flow, to be edited."""
    file = folder / "pay-invoice.yaml"
    file.write_text(PAY_INVOICE, encoding="utf-8")
    return file
