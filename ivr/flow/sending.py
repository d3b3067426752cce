"""Lints of lookups at a merchant's API: what is sent there, and where what comes back is kept."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.flow.known import KNOWN
from ivr.flow.loader import Source
from ivr.flow.problems import Code, Problem, instead_of, quoted
from ivr.flow.steps.lookup import Lookup

_HARMLESS = frozenset({"language"})


def sent(source: Source) -> Iterator[Problem]:
    """What a path would send to another host and the flow does not declare."""
    flow = source.flow
    for index, name in enumerate(flow.may_send):
        if name not in KNOWN and name not in flow.variables:
            mend = instead_of(name, [*KNOWN, *flow.variables], "remove it")
            yield source.problem(["may_send", index], Code.UNKNOWN_VALUE, f"there is no value {quoted(name)}", mend)
    for step, placed in flow.steps.items():
        names = placed.step.path.names if isinstance(placed.step, Lookup) and placed.step.path else ()
        for name in names:
            if name not in flow.may_send and name not in _HARMLESS:
                what = f"{quoted(name)} would be sent to another host"
                mend = f"leave it out, or add {name} to may_send: at the top of the flow"
                yield source.problem(["steps", step, "lookup", "path"], Code.SENDS_PERSONAL, what, mend)


def saved(source: Source) -> Iterator[Problem]:
    """What is saved in a variable that is not the flow's."""
    declared = source.flow.variables
    for step, placed in source.flow.steps.items():
        for variable in placed.step.save if isinstance(placed.step, Lookup) else ():
            if variable not in declared:
                what = f"the flow declares no variable {quoted(variable)}"
                mend = instead_of(variable, declared, "add it to variables: at the top of the flow")
                path = ["steps", step, "lookup", "save", variable]
                yield source.problem(path, Code.UNKNOWN_VALUE, what, mend)
