"""How callers may answer: with keys always, and by speech beside them where a flow says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from ivr.flow.call import KEYPAD, Way
from ivr.flow.model import Step
from ivr.flow.setting import Setting
from ivr.flow.values import listed


def _with_keypad(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    if "keypad" not in ways:
        raise ValueError("callers can always use the keypad; write [keypad, speech]")
    return ways


Inputs = Annotated[
    tuple[Way, ...],
    BeforeValidator(listed),
    AfterValidator(_with_keypad),
    WithJsonSchema({"enum": ["keypad", ["keypad"], ["keypad", "speech"], ["speech", "keypad"]]}),
]


class Answered(Step):
    """A step that callers answer. What it does not say itself is as at the top of its flow."""

    input: Inputs = Field(
        default=KEYPAD, description="`[keypad, speech]`: callers may also speak; else as at the top of the flow"
    )

    @model_validator(mode="before")
    @classmethod
    def _as_in_its_flow(cls, written: object, info: ValidationInfo) -> object:
        if isinstance(written, Mapping) and isinstance(info.context, Setting) and info.context.input != KEYPAD:
            return {"input": info.context.input, **written}
        return written

    def by_speech(self) -> bool:
        """Where its flow or itself says so."""
        return "speech" in self.input

    def may_lead_to_person(self) -> bool:
        """Whoever speaks may say so."""
        return self.by_speech()
