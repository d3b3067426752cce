"""A trace and a replay as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.trace.comparing import Replay, Taken
from ivr.trace.trace import Trace

_WHO = 9


def tell(trace: Trace) -> Iterator[str]:
    """What happened in the call, line by line: the seconds, who, and what."""
    began = trace.began
    started = began.started.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    yield f"Call {began.call}: {began.dialled} dialled at {started}, {began.flow}, version {began.version}"
    for event in trace.events[1:]:
        yield f"{event.at / 1000:8.1f}  {event.who:>{_WHO}}  {event}"


def compare(replay: Replay, was: str, flow: str) -> Iterator[str]:
    """The two paths side by side; ≠ marks where they part, ~ where a step says something else."""
    names = [taken and f"{taken.step}: {taken.outcome}" for row in replay.rows() for taken in row]
    width = max([len(was), *(len(name) for name in names if name)])
    yield f"  {was:<{width}}   {flow}"
    for then, now in replay.rows():
        left, right = (f"{taken.step}: {taken.outcome}" if taken else "" for taken in (then, now))
        yield f"{_mark(then, now)} {left:<{width}}   {right}".rstrip()
        if then == now and then and now and then.said != now.said and not _cut_short(then):
            yield f"    {' '.join(then.said) or 'nothing'} → {' '.join(now.said) or 'nothing'}"
    if replay.stopped:
        yield f"It ends here: {replay.stopped}."


def _mark(then: Taken | None, now: Taken | None) -> str:
    if then is None or then != now or now is None:
        return "≠"
    return "~" if then.said != now.said and not _cut_short(then) else " "


def _cut_short(taken: Taken) -> bool:
    """Whether the caller hung up in it: what they would have heard after that is not known."""
    return taken.outcome == "caller-hung-up"
