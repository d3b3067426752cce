"""pydantic's errors in the words of someone who writes flows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ivr.flow.problems import Code, instead_of, quoted

Wording = tuple[Code, str, str]

_WRONG_SHAPE = {
    "model_type": ("keys with values", "{key: value}"),
    "model_attributes_type": ("keys with values", "{key: value}"),
    "dict_type": ("keys with values", "{key: value}"),
    "tuple_type": ("a list", "[one, two]"),
    "string_type": ("one word", "a name or a number, with nothing indented below it"),
    "int_parsing": ("a whole number", "digits, as in 3"),
    "int_type": ("a whole number", "digits, as in 3"),
    "float_type": ("a duration", "seconds, as in 20s"),
    "bool_parsing": ("yes or no", "true or false"),
    "bool_type": ("yes or no", "true or false"),
}


def wording(error: ErrorDetails, model: type[BaseModel]) -> Wording:
    """What is wrong and what to write, for an error that `model` raised."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    key = str(error["loc"][-1]) if error["loc"] else ""
    match kind:
        case "extra_forbidden":
            known = instead_of(key, known_keys(model, error["loc"][:-1]))
            return Code.UNKNOWN_KEY, f"there is no key {quoted(key)} here", known
        case "missing":
            return Code.MISSING_KEY, f"the key {quoted(key)} is missing", f"add {key}:"
        case "value_error":
            what, _, mend = str(context["error"]).partition("; ")
            return Code.WRONG_VALUE, what, mend
        case "literal_error" | "enum":
            choices = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
            return Code.WRONG_VALUE, f"{quoted(given)} is not known here", instead_of(str(given), choices)
        case "string_pattern_mismatch" | "string_too_long":  # the only pattern that is not one of values.py
            return (
                Code.WRONG_VALUE,
                f"{quoted(given)} is not a prompt",
                "write a name from sounds/prompts.yaml, as in welcome",
            )
        case "union_tag_not_found" | "union_tag_invalid":
            return Code.WRONG_VALUE, "this cannot be spoken", "write a prompt, or {money: invoice.amount}"
        case "too_short":
            return Code.WRONG_VALUE, "this is empty", "write at least one"
        case "too_long":
            return Code.WRONG_VALUE, "this has too many entries", f"write at most {context['max_length']}"
    if kind in _WRONG_SHAPE:
        wanted, example = _WRONG_SHAPE[kind]
        shown = quoted(given) if isinstance(given, str) else "this"
        return Code.WRONG_VALUE, f"{shown} is not {wanted}", f"write {example}"
    return Code.WRONG_VALUE, f"{quoted(_amount(given))} cannot stand here", _limit(context)


def _limit(context: dict[str, object]) -> str:
    """What to write where a number is too small or too large (`ctx` names the limit as ge, gt, le or lt)."""
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    limits = (f"write {words[name]} {_amount(limit)}" for name, limit in context.items() if name in words)
    return next(limits, "write it otherwise")


def _amount(value: object) -> str:
    """A value as it is written in a flow: a number with a fraction is a duration there."""
    return f"{value:g}s" if isinstance(value, float) else str(value)


def known_keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that may be written at `path` in `model`."""
    for part in path:
        for name, info in model.model_fields.items():
            inner = _model_in(info.annotation) if part in (name, info.alias) else None
            model = inner or model
    return [info.alias or name for name, info in model.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The first model that an annotation such as `tuple[Rule, ...]` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
