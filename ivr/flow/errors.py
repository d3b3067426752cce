"""What can be wrong with a flow, as one tree.

    FlowError
    ├── FlowProblems       a flow file cannot be used; `problems` says why, line by line
    └── MissingVariable    a step needs what no step before it has found (a flow that was loaded cannot do this)

A hang-up, a silent ledger and a missing card side are events of a call and live in `ivr.flow.call`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ivr.flow.problems import Problem, report


class FlowError(Exception):
    """The flow cannot be used."""


class FlowProblems(FlowError):
    """The flow files have problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(report(self.problems))


class MissingVariable(FlowError):
    """A step needs a variable that is not known yet."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A step needs {name!r}, which is not known yet. Load flows with load_flows: it refuses this."
        )
