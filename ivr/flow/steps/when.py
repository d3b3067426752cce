"""when: go one way or another, by what is known."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar, Literal, get_args

from pydantic import Field

from ivr.flow.call import Call
from ivr.flow.expression import Expr
from ivr.flow.model import Step
from ivr.flow.values import Variable

Outcome = Literal["yes", "no"]


class When(Step):
    """`when: invoice.amount > 500` goes on below if it is so; `next: {no: ...}` says where to if not."""

    verb: ClassVar = "when"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "yes"
    at_once: ClassVar = frozenset(get_args(Outcome))
    whole: ClassVar = "condition"

    condition: Expr = Field(description="an expression that is true or false")

    def needs(self) -> Set[Variable]:
        """What the condition looks at."""
        return self.condition.needs

    async def run(self, call: Call) -> Outcome:
        """Look, and say which way."""
        return "yes" if self.condition.value(call) else "no"
