"""What a trace answers when a flow asks again: each step gets what happened in it, in the same order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ivr.flow.call import CallerHungUp
from ivr.trace.events import Event
from ivr.trace.trace import Trace, Visit

E = TypeVar("E", bound=Event)


def _any(_event: Event) -> bool:
    return True


class NoAnswer(Exception):
    """The flow asks for something that did not happen in the call. The text says what."""


class Answers:
    """The answers of a trace to a flow; `has_step` says of a step of the trace whether it is in the flow now.

    What happened in a step answers the step of the same name. A step that the trace does not know gets what happened
    in one that the flow has no more: it may have been renamed.
    """

    def __init__(self, trace: Trace, has_step: Callable[[str], bool]) -> None:
        visits = trace.visits
        self._known = {visit.step.step for visit in visits}
        self._own = [visit for visit in visits if has_step(visit.step.step)]
        self._orphans = [visit for visit in visits if not has_step(visit.step.step)]
        self._step = ""
        self._visit: Visit | None = None
        self._left: list[Event] = []

    def enter(self, step: str) -> None:
        """The flow begins a step."""
        self._step, self._visit, self._left = step, None, []
        for visit in self._own:
            if visit.step.step == step:
                self._own.remove(visit)
                self._begin(visit)
                return

    def take(
        self, kind: type[E], what: str, fits: Callable[[E], bool] = _any, alike: Callable[[E], bool] = _any
    ) -> E:
        """The next event of this kind in the step that `fits`. `what` says what the flow wants, for a person.

        CallerHungUp where the call ended there, NoAnswer if there is none. A step that may have been renamed also has
        to be `alike`.
        """
        if self._visit is None and self._step not in self._known:
            self._adopt(lambda event: isinstance(event, kind) and fits(event) and alike(event))
        for event in self._left:
            if isinstance(event, kind) and fits(event):
                del self._left[: self._left.index(event) + 1]
                return event
        if self._visit is not None and self._visit.cut_off:
            raise CallerHungUp
        raise NoAnswer(f"in step {self._step} the flow wants {what}; the call has no answer to that")

    def go_on(self) -> None:
        """Nothing is asked; CallerHungUp where the call ended in this step, after all that happened there."""
        if self._visit is not None and self._visit.cut_off and not self._left:
            raise CallerHungUp

    def _begin(self, visit: Visit) -> None:
        self._visit, self._left = visit, [event for event in visit.events if event.answers]

    def _adopt(self, answers: Callable[[Event], bool]) -> None:
        for visit in self._orphans:
            if any(map(answers, visit.events)):
                del self._orphans[: self._orphans.index(visit) + 1]
                self._begin(visit)
                return
