"""How long paying takes, and how often answers are understood, by keypad and by voice: from traces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil

from ivr.flow.call import Way
from ivr.trace.card_events import CardEntry, Charge
from ivr.trace.events import Keyed
from ivr.trace.trace import Trace, Visit
from pci.contract import ChargeState

_PAY = "pay"
_PAID = (ChargeState.APPROVED, ChargeState.AUTHORIZED)


@dataclass(slots=True)
class Timing:
    """What callers of one way did. `seconds` are those from the beginning of `pay` to the bank's approval."""

    seconds: list[float] = field(default_factory=list)
    answers: int = 0
    not_understood: int = 0

    def within(self, share: float) -> float | None:
        """So many seconds at most took this share of the payments; None if there are none."""
        ranked = sorted(self.seconds)
        return ranked[max(ceil(share * len(ranked)), 1) - 1] if ranked else None


def timings(traces: Iterable[Trace]) -> dict[Way, Timing]:
    """Of all these calls. A payment is by voice if any of the card or the yes to it was said."""
    found: dict[Way, Timing] = {"keypad": Timing(), "speech": Timing()}
    for trace in traces:
        for visit, began in _begun(trace):
            for event in visit.events:
                if isinstance(event, Keyed) and (event.keys or event.said):
                    timing = found["speech" if event.said else "keypad"]
                    timing.answers += 1
                    timing.not_understood += event.said and not event.keys and not event.wish
            if (paid := _paid(visit)) is not None:
                found[_way(visit)].seconds.append((paid - began) / 1000)
    return found


def _begun(trace: Trace) -> Iterator[tuple[Visit, int]]:
    """Each step, and when the one before it was over: milliseconds since the call began."""
    before = 0
    for visit in trace.visits:
        yield visit, before
        before = visit.step.at


def _paid(visit: Visit) -> int | None:
    """When the bank approved in this step."""
    if visit.step.verb != _PAY:
        return None
    return next((event.at for event in visit.events if isinstance(event, Charge) and event.state in _PAID), None)


def _way(visit: Visit) -> Way:
    spoken = any(isinstance(event, Keyed | CardEntry) and event.said for event in visit.events)
    return "speech" if spoken else "keypad"
