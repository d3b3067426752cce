"""A call and the same call with another flow, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest

from ivr.flow.engine import StepTaken, run_flow
from ivr.flow.errors import FlowError
from ivr.flow.model import Flow
from ivr.trace.answers import Answers, NoAnswer
from ivr.trace.events import Said
from ivr.trace.replaying import ReplayedCall
from ivr.trace.trace import Trace, Visit

_HUNG_UP = "caller-hung-up"


@dataclass(frozen=True, slots=True)
class Taken:
    """A step with its outcome, and what was said in it (which is no part of the path)."""

    step: str
    outcome: str
    said: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Replay:
    """What the flow did with the call. `stopped` says why it could not go on; "" if it came to an end."""

    then: tuple[Taken, ...]
    now: tuple[Taken, ...]
    stopped: str

    @property
    def same(self) -> bool:
        """Whether the call goes as it went."""
        return self.then == self.now and not self.stopped

    def rows(self) -> list[tuple[Taken | None, Taken | None]]:
        """The two paths side by side; where they part, one of the two may have nothing."""
        rows: list[tuple[Taken | None, Taken | None]] = []
        matcher = SequenceMatcher(None, self.then, self.now, autojunk=False)
        for _, then, then_end, now, now_end in matcher.get_opcodes():
            rows += zip_longest(self.then[then:then_end], self.now[now:now_end])
        return rows


def replay(trace: Trace, flow: Flow) -> Replay:
    """Run `flow` with the answers of `trace`. Nothing is called, looked up, captured or charged."""
    answers = Answers(trace, lambda step: flow.place(step) is not None)
    known = trace.began.language in flow.languages or not flow.languages  # the flow of an order speaks any language
    call = ReplayedCall(answers, trace.began.language if known else flow.languages[0], trace.began)
    if trace.order:
        call.take(trace.order)
    now: list[Taken] = []

    def observe(taken: StepTaken) -> None:
        now.append(Taken(taken.step, taken.outcome, tuple(call.said)))
        call.said.clear()

    async def run() -> str:
        try:
            await run_flow(flow, call, observe, lambda step, verb: answers.enter(step))
        except (NoAnswer, FlowError) as stop:
            return str(stop)
        return ""

    stopped = asyncio.run(run())
    return Replay(tuple(map(_taken, trace.visits)), tuple(now), stopped)


def _taken(visit: Visit) -> Taken:
    said = (word for event in visit.events if isinstance(event, Said) for word in event.prompts)
    return Taken(visit.step.step, _HUNG_UP if visit.cut_off else visit.step.outcome, tuple(said))


def _steps(flow: Flow, inside: str = "") -> Iterator[str]:
    """Every step, those of sub-flows behind the step that calls them, as the engine names them."""
    for name, placed in flow.steps.items():
        yield inside + name
        if inner := placed.step.enters():
            yield from _steps(inner.flow, f"{inside}{name}/")
