"""Anything that may be written for a verb, from the JSON Schema of flows: what editors offer, a generated flow holds.

A new verb is generated from the day on which it is in the schema. Where its words have to mean something (a prompt, a
step, a condition), `WORDS` knows some that do, by the pattern of the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ivr.flow.schema import schema
from ivr.flow.steps.ask import Ask
from ivr.flow.values import STEP_NAME
from pci.contract import CaptureRequest

_SCHEMA = schema()
_PROMPT: str = CaptureRequest.model_json_schema()["properties"]["opening"]["items"]["pattern"]
_SECONDS: str = Ask.model_json_schema()["properties"]["first_digit_timeout"]["pattern"]
STEPS = ("s0", "s1", "s2", "s3", "s4", "bye")
CONDITIONS = (
    *("done", "not done", "count < 3", "invoice.amount > 100 and not done", "invoice.has_mobile"),
    *("account_number == '1'", "language == 'en'", "paid.amount > 1", "count + 1", "'late'", "true"),
)
OWN = ("count", "done", "plan")
RETURNS = ("bye",)
WORDS: Mapping[str, tuple[str, ...]] = {
    _PROMPT: ("welcome", "goodbye", "you-owe", "press-1-to-pay"),
    STEP_NAME: STEPS,
    f"^({STEP_NAME[1:-1]})$": STEPS,
    _SECONDS: ("1s", "20s"),
    "^([A-Z]{3})$": ("USD", "JPY"),
}
_MOST = 3  # of what may be many


def steps_of_verbs() -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    """For each verb, any step with it that an editor would take."""
    kinds = _SCHEMA["properties"]["steps"]["additionalProperties"]["oneOf"]
    return {kind["title"]: _any(kind) for kind in kinds}


def _any(node: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in node:
        return st.deferred(lambda: _any(_SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[1]]))
    if "const" in node:
        return st.just(node["const"])
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if several := node.get("anyOf") or node.get("oneOf"):
        return st.one_of([_any(_both(node, one)) for one in several]).filter(_validator(node).is_valid)
    kind = node["type"]
    if isinstance(kind, list):
        return _words(node) if "string" in kind else _any({**node, "type": kind[0]})
    return _KINDS[kind](node)


def _both(node: Mapping[str, Any], one: Mapping[str, Any]) -> Mapping[str, Any]:
    """What fits `node` where it fits this of its alternatives, as far as it can be told before it is made."""
    if "type" not in node:
        return one
    keys = {name: {**key, **one.get("properties", {}).get(name, {})} for name, key in node["properties"].items()}
    without = one.get("not", {})
    gone = [needed for part in (without, *without.get("anyOf", ())) if len(needed := part.get("required", ())) == 1]
    keys = {name: key for name, key in keys.items() if [name] not in gone}
    needed = {*node.get("required", ()), *one.get("required", ())}
    needed |= {more for name in needed for more in node.get("dependentRequired", {}).get(name, ())}
    rest = {name: value for name, value in node.items() if name not in ("anyOf", "oneOf")}
    return {**rest, "properties": keys, "required": sorted(needed)}


def _validator(node: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**node, "$defs": _SCHEMA["$defs"]})


def _words(node: Mapping[str, Any]) -> st.SearchStrategy[str]:
    pattern = node.get("pattern")
    if pattern is None:
        return st.sampled_from(CONDITIONS)
    return st.sampled_from(WORDS[pattern]) if pattern in WORDS else st.from_regex(pattern, fullmatch=True)


def _number(node: Mapping[str, Any]) -> st.SearchStrategy[int]:
    return st.integers(node.get("minimum", 0), node.get("maximum", 9))


def _listing(node: Mapping[str, Any]) -> st.SearchStrategy[list[Any]]:
    most = min(node.get("maxItems", _MOST), _MOST)
    return st.lists(_any(node["items"]), min_size=node.get("minItems", 0), max_size=most)


def _mapping(node: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    keys, needed = node.get("properties", {}), set(node.get("required", ()))
    fixed = st.fixed_dictionaries(
        {key: _any(keys[key]) for key in keys if key in needed},
        optional={key: _any(keys[key]) for key in keys if key not in needed},
    )
    for pattern, value in node.get("patternProperties", {}).items():
        return st.dictionaries(st.from_regex(pattern, fullmatch=True), _any(value), min_size=1, max_size=_MOST)
    free = node.get("additionalProperties")
    if not isinstance(free, dict):
        return fixed
    names = RETURNS if free.get("pattern") == STEP_NAME else OWN
    more = st.dictionaries(st.sampled_from(names), _any(free), min_size=1, max_size=_MOST)
    return st.builds(lambda one, other: {**one, **other}, more, fixed)


_KINDS = {
    "string": _words,
    "integer": _number,
    "number": _number,
    "boolean": lambda _: st.booleans(),
    "array": _listing,
    "object": _mapping,
}
