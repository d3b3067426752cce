"""set: remember something for later in the call."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import ClassVar, Literal, get_args

from pydantic import Field

from ivr.flow.call import Call
from ivr.flow.expression import Expr
from ivr.flow.model import Step
from ivr.flow.values import Variable

Outcome = Literal["done"]


class Set(Step):
    """`set: {times_asked: times_asked + 1}`: each variable gets the value of its expression, all at the same time."""

    verb: ClassVar = "set"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "done"
    at_once: ClassVar = frozenset({"done"})
    whole: ClassVar = "values"

    values: dict[str, Expr] = Field(min_length=1, description="variables of the flow, each with an expression")

    def needs(self) -> AbstractSet[Variable]:
        """What the expressions look at."""
        return {needed for expression in self.values.values() for needed in expression.needs}

    async def run(self, call: Call) -> Outcome:
        """Compute, then remember."""
        call.variables.own |= {name: expression.value(call) for name, expression in self.values.items()}
        return "done"
