"""A trace: the events of one call, and the form in which they are kept, one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from ivr.log import without_card_numbers
from ivr.trace.errors import TraceUnreadable
from ivr.trace.events import CUT_OFF, EVENT, FORMAT, Began, Ended, Event, Step
from ivr.trace.people import Order

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 2_000
_HUNG_UP = "caller-hung-up"


@dataclass(frozen=True, slots=True)
class Visit:
    """A step that was taken, with what happened in it."""

    step: Step
    events: tuple[Event, ...]

    @property
    def cut_off(self) -> bool:
        """Whether the call ended in this step."""
        return self.step.outcome in (CUT_OFF, _HUNG_UP)


@dataclass(frozen=True, slots=True)
class Trace:
    """What one call did."""

    began: Began
    events: tuple[Event, ...]

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The steps in their order. What happened in none, such as our hanging up at the end, is in none of them."""
        visits: list[Visit] = []
        events: list[Event] = []
        for event in self.events:
            if isinstance(event, Step):
                visits.append(Visit(event, tuple(events)))
                events = []
            else:
                events.append(event)
        return tuple(visits)

    @property
    def order(self) -> Order | None:
        """What another PBX wanted that handed the call in; None for every other call."""
        return next((event for event in self.events if isinstance(event, Order)), None)

    @property
    def ended(self) -> str:
        """How the call ended; "" if it is not written down."""
        return next((event.outcome for event in reversed(self.events) if isinstance(event, Ended)), "")


def lines(events: Iterable[Event]) -> str:
    """The events as JSON Lines. As the last net, what could be a card number is replaced."""
    written = (event.model_dump_json(exclude_none=True) for event in events)
    return "".join(f"{without_card_numbers(line)}\n" for line in written)


def read(text: str, name: str) -> Trace:
    """A trace from JSON Lines; TraceUnreadable says what is wrong with which line of `name`."""
    if len(text) > MOST_BYTES:
        raise TraceUnreadable(f"{name}: is larger than {MOST_BYTES // 1024} KiB; this is not the trace of a call")
    events = [_event(line, name, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not events or not isinstance(events[0], Began):
        raise TraceUnreadable(
            f'{name}: does not begin with {{"type":"began"}}; export one with `ivr calls show ID --json`'
        )
    return Trace(events[0], tuple(events))


def _event(line: str, name: str, number: int) -> Event:
    try:
        return EVENT.validate_json(line)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in detail["loc"]) or "it"
        advice = f"is not a line of a trace of format {FORMAT} ({where}: {detail['msg']})"
        raise TraceUnreadable(f"{name}:{number}: {advice}; export it anew with `ivr calls show ID --json`") from None
