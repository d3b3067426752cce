"""The flow language as JSON Schema, for editors that complete and check while a flow is written.

It is made from the models, so it says what they say. It cannot follow a call: that a step exists, that a prompt is
recorded or that a loop ends, only `ivr check` knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import BeforeValidatorFunctionSchema, NullableSchema

from ivr.flow.fee import FEE, one_word
from ivr.flow.head import DOORS, Head, one_number
from ivr.flow.loader import MOST_STEPS
from ivr.flow.model import Step
from ivr.flow.steps import VERBS
from ivr.flow.steps.pay import one_or_many
from ivr.flow.values import STEP_NAME, listed

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_STEP = {"type": "string", "pattern": STEP_NAME}


def schema_text() -> str:
    """The schema as a JSON file, the same on every run."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """The schema of a flow file."""
    definitions: dict[str, Any] = {}
    head = _of(Head, definitions)
    kinds = [form for kind in VERBS.values() for form in (kind, kind.with_keys) if form]
    steps = [_step(kind, definitions) for kind in kinds]
    head["properties"]["steps"] |= {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MOST_STEPS,
        "propertyNames": {"pattern": STEP_NAME},
        "additionalProperties": {"oneOf": steps},
    }
    about = {"title": "A call flow of Tonewall", "description": "Made by `ivr schema`."}
    doors = [{"required": [door]} for door in DOORS]
    return {"$schema": DIALECT, **head, **about, "oneOf": doors, "$defs": dict(sorted(definitions.items()))}


def _step(kind: type[Step], definitions: dict[str, Any]) -> dict[str, Any]:
    """A step with this verb: the argument of the verb, and `next` with its outcomes."""
    argument = _of(kind, definitions)
    description = argument["description"]
    if kind.whole:
        argument = argument["properties"][kind.whole]
    elif "required" not in argument:
        argument |= {"type": ["object", "null"]}  # no keys: nothing is written after the colon
    handled = [] if kind.variants else _handled(kind, kind.outcomes)
    ways = {name: {**_STEP, "description": _way(kind, name)} for name in kind.outcomes}
    further: Any = {**_STEP, "description": "a return of the flow"} if kind.outcomes_vary else False
    following: dict[str, Any] = {"type": "object", "properties": ways, "additionalProperties": further}
    if handled:
        following["required"] = handled
    step = {
        "title": kind.verb,
        "type": "object",
        "properties": {kind.verb: {**argument, "description": description}, "next": following},
        "required": [kind.verb, *["next"][: len(handled)]],
        "additionalProperties": False,
    }
    return step | {"allOf": [_variant(kind, *variant) for variant in kind.variants]} if kind.variants else step


def _handled(kind: type[Step], outcomes: Iterable[str]) -> list[str]:
    """Those of the outcomes that `next` must name."""
    return [name for name in outcomes if name != kind.onward and name not in kind.ends]


def _variant(kind: type[Step], argument: JsonSchemaValue, outcomes: Sequence[str]) -> dict[str, Any]:
    """Where the argument is of this kind, these are the outcomes."""
    following = {"required": _handled(kind, outcomes), "propertyNames": {"enum": list(outcomes)}}
    return {
        "if": {"properties": {kind.verb: argument}},
        "then": {"required": ["next"], "properties": {"next": following}},
    }


def _way(kind: type[Step], outcome: str) -> str:
    """What happens where `next` does not name an outcome."""
    if outcome == kind.onward:
        return "without it: the step below"
    return "without it: the call ends" if outcome in kind.ends else "must be here"


def _of(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    made = model.model_json_schema(mode="validation", schema_generator=_Generator)
    definitions |= made.pop("$defs", {})
    return made


class _Generator(GenerateJsonSchema):
    """pydantic's generator, for what is written in YAML and not for what it becomes."""

    def function_before_schema(self, schema: BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        made = super().function_before_schema(schema)
        reader = schema["function"]["function"]
        if reader is listed:
            return _one_or_many(made)
        if reader is one_word:
            return {"anyOf": [{"type": ["string", "number"], "pattern": f"^({FEE})$"}, made]}
        if reader is one_number:
            numbers, by_number = made["oneOf"]
            return {"anyOf": [numbers["items"], numbers, by_number]}
        if reader is one_or_many:
            definition = self.get_schema_from_definitions(made["$ref"]) if "$ref" in made else made
            for name in ("say", "attempt"):
                keys = (definition or {})["properties"]
                keys[name] = keys[name] if "anyOf" in keys[name] else _one_or_many(keys[name])
        return made

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])  # what is not there is left out, never written as null

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - as pydantic has it
        return False

    def dict_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ANN401
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401
        if isinstance(dft, float):
            return f"{dft:g}s"
        return super().encode_default(dft)


def _one_or_many(array: JsonSchemaValue) -> JsonSchemaValue:
    """What may be written as one word or as a list of them."""
    return {"anyOf": [array["items"], array]}
