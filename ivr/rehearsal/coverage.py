"""Which branches of a flow its tests have taken: every step, every outcome of every step, and every spoken answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from ivr.flow.asking import Asking
from ivr.flow.engine import StepTaken
from ivr.flow.model import Flow, Placed

_SAID: Final = ", said"


@dataclass(slots=True)
class Coverage:
    """Branches are written `step` and `step: outcome`; `step: outcome, said` where callers may speak."""

    flow: Flow
    taken: set[str] = field(default_factory=set)

    def add(self, trace: Iterable[StepTaken]) -> None:
        """Count the steps of a call."""
        for step in trace:
            self.taken |= {step.step, f"{step.step}: {step.outcome}"}
            self.taken |= {f"{step.step}: {step.outcome}{_SAID}"} if step.said else set()

    def add_inside(self, outer: Flow, trace: Iterable[StepTaken]) -> None:
        """Count the steps of a call that `outer` answered and that came to this flow, which it calls."""
        for step in trace:
            flow, name = outer.place(step.step) or (outer, "")
            if name and flow.name == self.flow.name:
                self.add([replace(step, step=name)])

    @property
    def branches(self) -> list[str]:
        """All that there are, in the order of the file."""
        return [
            branch
            for name, placed in self.flow.steps.items()
            for branch in (name, *(f"{name}: {outcome}" for outcome in placed.next), *_spoken(name, placed))
        ]

    @property
    def missing(self) -> list[str]:
        """Those that no call took; a step that no call reached stands for its outcomes."""
        return [
            branch
            for branch in self.branches
            if branch not in self.taken and (":" not in branch or branch.split(":")[0] in self.taken)
        ]

    @property
    def percent(self) -> float:
        """How many of the branches were taken, 0 to 100."""
        branches = self.branches
        return 100 * len(self.taken.intersection(branches)) / len(branches)


def _spoken(name: str, placed: Placed) -> list[str]:
    """The answers of a step that may be said."""
    if not isinstance(placed.step, Asking) or not placed.step.by_speech():
        return []
    return [f"{name}: {outcome}{_SAID}" for outcome in placed.next if outcome not in placed.step.ends | {"failed"}]
