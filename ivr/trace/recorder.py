"""The trace of a call while it lasts: what happened, in its order."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from ivr.flow.engine import StepTaken
from ivr.trace import card_events, events
from ivr.trace.events import CUT_OFF, Began, Event
from ivr.trace.trace import MOST_EVENTS, lines
from pci.contract import CaptureEvent, FieldProgress, PromptSpoken

_RESERVE: Final = 50  # events that the end of a call may still need


class Recorder:
    """The trace of one call while it lasts. `clock` gives seconds."""

    def __init__(self, began: Began, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._events: list[Event] = [began]
        self._inside: list[tuple[str, str]] = []
        self._half: FieldProgress | None = None

    @property
    def now(self) -> int:
        """Milliseconds since the call began."""
        return round((self._clock() - self._began) * 1000)

    def add(self, event: Event) -> None:
        """Something happened. Of a call that does not end only the beginning is kept."""
        if len(self._events) < MOST_EVENTS - _RESERVE:
            self._events.append(event)

    def entered(self, step: str, verb: str) -> None:
        """A step begins."""
        self._inside.append((step, verb))

    def taken(self, taken: StepTaken) -> None:
        """A step is over."""
        self._inside.pop()
        self.add(events.Step(at=self.now, step=taken.step, verb=taken.verb, outcome=taken.outcome))

    def card_side_told(self, told: CaptureEvent) -> None:
        """The card side reports. Its counts are kept where a field was judged or left."""
        match told:
            case PromptSpoken():
                self.add(card_events.CardSideSaid(at=self.now, prompts=told.prompts))
            case FieldProgress(state="entering"):
                self._half = told
            case FieldProgress():
                self._half = None
                self._add_entry(told)

    def end(self, outcome: str) -> str:
        """The call is over: the whole trace, as lines."""
        if self._half:
            self._add_entry(self._half)
        cut_off = [
            events.Step(at=self.now, step=step, verb=verb, outcome=CUT_OFF) for step, verb in self._inside[::-1]
        ]
        return lines([*self._events, *cut_off[:_RESERVE], events.Ended(at=self.now, outcome=outcome)])

    def _add_entry(self, told: FieldProgress) -> None:
        self.add(
            card_events.CardEntry(
                at=self.now,
                field=told.field,
                state=told.state,
                keys=told.entered,
                attempt=told.attempt,
                brand=told.brand,
                error_type=told.error_type,
                said=told.said,
            )
        )
