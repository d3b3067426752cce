"""call: run another flow of the same folder as a step."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Annotated, ClassVar, cast

from pydantic import BeforeValidator, Field, InstanceOf, ValidationInfo, WithJsonSchema

from ivr.flow.call import Call
from ivr.flow.model import Step
from ivr.flow.outside import Outside
from ivr.flow.setting import Setting
from ivr.flow.subflow import SubFlow
from ivr.flow.values import STEP_NAME, Variable, check_name


def _found(name: object, info: ValidationInfo) -> object:
    if isinstance(name, SubFlow):
        return name
    if not isinstance(name, str):
        raise ValueError("this is not the name of a flow; write the name of its file without .yaml")
    check_name(name)
    return cast(Setting, info.context).find(name)


Callee = Annotated[
    InstanceOf[SubFlow], BeforeValidator(_found), WithJsonSchema({"type": "string", "pattern": STEP_NAME})
]


class CallFlow(Step):
    """`call: verify-account` runs the flow in verify-account.yaml; where that returns, `next` says how to go on."""

    verb: ClassVar = "call"
    onward: ClassVar = "done"
    outcomes_vary: ClassVar = True
    whole: ClassVar = "callee"

    callee: Callee = Field(description="a flow with `returns`: the name of its file, without `.yaml`")

    def results(self) -> tuple[str, ...]:
        """Its returns."""
        return self.callee.flow.returns

    def immediate(self) -> Set[str]:
        """The returns that it can come to without waiting for the caller."""
        return self.callee.immediate

    def may_end_call(self) -> bool:
        """Whether a step of it can."""
        return self.callee.may_end

    def needs(self) -> Set[Variable]:
        """What its steps need and do not find themselves."""
        return self.callee.needs

    def sets(self) -> Mapping[Variable, Set[str]]:
        """What its steps find or forget."""
        return self.callee.sets

    def reaches(self) -> Outside:
        """What its steps reach."""
        return self.callee.flow.reaches

    def enters(self) -> SubFlow:
        """The flow that is called."""
        return self.callee

    async def run(self, call: Call) -> str:
        """Nothing here: the engine runs the flow, for it counts and tells every step."""
        raise NotImplementedError
