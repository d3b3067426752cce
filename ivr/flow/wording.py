"""pydantic's errors in the words of someone who writes flows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from ivr.flow.problems import Code, instead_of, meant, quoted, shown
from ivr.flow.values import of_card

Wording = tuple[Code, str, str]

_WRONG_SHAPE = {
    "tuple_type": ("a list", "[one, two]"),
    "string_type": ("one word", "a name or a number, with nothing indented below it"),
    "int_parsing": ("a whole number", "digits, as in 3"),
    "int_type": ("a whole number", "digits, as in 3"),
    "float_type": ("a duration", "seconds, as in 20s"),
    "bool_parsing": ("yes or no", "true or false"),
    "bool_type": ("yes or no", "true or false"),
}
_NOTHING = "nothing stands here"
_NOT_SPOKEN = ("this cannot be spoken", "write a prompt, or {money: invoice.amount}")
_PLAIN = {
    "union_tag_not_found": _NOT_SPOKEN,
    "union_tag_invalid": _NOT_SPOKEN,
    "too_short": ("this is empty", "write at least one"),
}
_LIMITS = {
    "ge": ("is too little", "at least"),
    "gt": ("is too little", "more than"),
    "le": ("is too much", "at most"),
    "lt": ("is too much", "less than"),
}


def told_once(errors: Sequence[ErrorDetails], model: type[BaseModel]) -> Iterator[ErrorDetails]:
    """The errors without those that only follow from another one of them."""
    inside = {error["loc"][:-1] for error in errors}
    misspelt = {
        (*loc[:-1], meant(str(loc[-1]), known_keys(model, loc[:-1])))
        for error in errors
        if (loc := error["loc"]) and error["type"] == "extra_forbidden"
    }
    for error in errors:
        loc = error["loc"]
        # a list is also called too short where one of its items is wrong
        short = error["type"] == "too_short" and any(other[: len(loc)] == loc for other in inside)
        if not short and not (error["type"] == "missing" and loc in misspelt):
            yield error


def wording(error: ErrorDetails, model: type[BaseModel]) -> Wording:
    """What is wrong and what to write, for an error that `model` raised."""
    kind, context = error["type"], error.get("ctx", {})
    key = str(error["loc"][-1]) if error["loc"] else ""
    match kind:
        case "extra_forbidden":
            known = instead_of(key, known_keys(model, error["loc"][:-1]))
            return Code.UNKNOWN_KEY, f"there is no key {quoted(key)} here", known
        case "missing":
            return Code.MISSING_KEY, f"the key {quoted(key)} is missing", f"add {key}:"
        case "value_error":
            what, _, mend = str(context["error"]).partition("; ")
            return Code.WRONG_VALUE, what if error["input"] != "" else _NOTHING, mend
        case "problem":
            return context["code"], context["what"], context["mend"]
    what, mend = _value_wording(error, model)
    return Code.WRONG_VALUE, what if error["input"] != "" else _NOTHING, mend


def _value_wording(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """What is wrong with a value, and what to write."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    match kind:
        case "literal_error" | "enum":
            choices = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
            if (told := of_card(str(given))) and not any(of_card(choice) for choice in choices):
                what, _, mend = told.partition("; ")
                return what, mend
            return f"{shown(given)} is not known here", instead_of(str(given), choices)
        case "too_long":
            return "this has too many entries", f"write at most {context['max_length']}"
        case "dict_type":
            return f"{shown(given)} cannot stand alone here", "write {name: value}"
        case "model_type" | "model_attributes_type":
            needed = known_keys(model, error["loc"], needed=True) or known_keys(model, error["loc"])[:1]
            keys = ", ".join(f"{key}: …" for key in needed)
            if not keys:
                return f"{shown(given)} does not belong here", "remove it"
            return f"{shown(given)} cannot stand alone here", f"write {{{keys}}}"
        case "string_pattern_mismatch" | "string_too_long":  # the only pattern that values.py has not
            return f"{shown(given)} is not a prompt", "write a name from sounds/prompts.yaml, as in welcome"
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _WRONG_SHAPE:
        wanted, example = _WRONG_SHAPE[kind]
        return f"{shown(given)} is not {wanted}", f"write {example}"
    limits = [
        (wrong, f"write {word} {_amount(context[name])}")
        for name, (wrong, word) in _LIMITS.items()
        if name in context
    ]
    wrong, mend = limits[0] if limits else ("cannot stand here", "write it otherwise")
    return f"{shown(_amount(given))} {wrong}", mend


def _amount(value: object) -> object:
    """A value as it is written in a flow: a number with a fraction is a duration there."""
    return f"{value:g}s" if isinstance(value, float) else value


def known_keys(model: type[BaseModel], path: Sequence[str | int], *, needed: bool = False) -> list[str]:
    """The keys that may (or that must, if `needed`) be written at `path` in `model`."""
    annotation: object = None
    for part in path:
        inner = _model_in(_branch(annotation, part))
        for name, info in model.model_fields.items():
            if part in (name, info.alias):
                annotation, inner = info.annotation, _model_in(info.annotation)
        model = inner or model
    fields = model.model_fields.items()
    return [info.alias or name for name, info in fields if info.is_required() or not needed]


def _branch(annotation: object, tag: str | int) -> object:
    """The branch with this tag, of a union in an annotation."""
    if any(isinstance(extra, Tag) and extra.tag == tag for extra in getattr(annotation, "__metadata__", ())):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _branch(inner, tag))), None)


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The first model that an annotation such as `tuple[Rule, ...]` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
