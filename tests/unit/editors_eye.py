"""How an editor sees a flow: YAML 1.2 with its numbers and booleans, judged by a JSON Schema validator of others."""

from __future__ import annotations

import re
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from ivr.flow.schema import schema

VALIDATOR = Draft202012Validator(schema())


class _Core(yaml.SafeLoader):
    """The core schema of YAML 1.2, which editors read: `no` is a word, `0123` a number, `6..10` a word."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - as PyYAML has it


for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _Core.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), ["", *first] if tag == "null" else list(first)
    )


def complaints(text: str) -> list[str]:
    """What an editor would underline; YAMLError for what it cannot read at all."""
    return [error.message for error in VALIDATOR.iter_errors(_keys_as_text(yaml.load(text, Loader=_Core)))]  # noqa: S506 - a SafeLoader


def _keys_as_text(value: Any) -> Any:
    """As JSON has it: every key is a text."""
    if isinstance(value, dict):
        return {str(key): _keys_as_text(inner) for key, inner in value.items()}
    return [_keys_as_text(inner) for inner in value] if isinstance(value, list) else value
