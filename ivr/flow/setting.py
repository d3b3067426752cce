"""What a step is read in: the variables of its flow, and the flows that it can call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from ivr.flow.call import KEYPAD, Way
from ivr.flow.known import Kind
from ivr.flow.problems import Code, quoted

if TYPE_CHECKING:
    from ivr.flow.subflow import SubFlow

TOLD_ELSEWHERE = "told-elsewhere"


def problem(code: Code, what: str, mend: str) -> PydanticCustomError:
    """The error of a validator that is told in these words."""
    return PydanticCustomError("problem", "problem", {"code": code, "what": what, "mend": mend})


def told_elsewhere() -> PydanticCustomError:
    """The error of a validator that stumbled over what is told already, in another file."""
    return PydanticCustomError(TOLD_ELSEWHERE, TOLD_ELSEWHERE)


def alone(name: str) -> SubFlow:
    """Where a flow is read without its folder, it can call no other."""
    raise problem(Code.UNKNOWN_FLOW, f"there is no flow {quoted(name)} beside this one", "write its steps here")


@dataclass(frozen=True, slots=True)
class Setting:
    """`kinds` are the flow's own variables; `find` gives a sub-flow by its name, or raises what to tell instead.

    `input` is how its callers answer, where a step says nothing else.
    """

    kinds: Mapping[str, Kind]
    find: Callable[[str], SubFlow] = alone
    input: tuple[Way, ...] = KEYPAD
