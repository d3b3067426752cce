"""How callers may answer: with keys always, and by speech beside them where a flow says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, get_args

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
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "keypad"},
                {"type": "array", "items": {"enum": list(get_args(Way))}, "contains": {"const": "keypad"}},
            ]
        }
    ),
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

    @property
    def by_speech(self) -> bool:
        """Whether callers may speak."""
        return "speech" in self.input
