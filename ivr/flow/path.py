"""The path of a lookup at a merchant's API: written by the admin, with values of the call put into it.

The host stands in ivr.toml and nowhere else. A value is percent-encoded, and one that could lead to another place of
the server (a slash, dots alone, nothing at all) is not put in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from urllib.parse import quote

from pydantic import BeforeValidator, InstanceOf, ValidationInfo, WithJsonSchema

from ivr.flow.call import Value
from ivr.flow.known import KNOWN, Kind
from ivr.flow.problems import Code, instead_of, quoted
from ivr.flow.setting import Setting, problem
from ivr.flow.values import of_card

_LONGEST = 300
_NAME = re.compile(r"\{([^{}]*)\}")
_CHARACTERS = re.compile(r"[A-Za-z0-9._~/&=:,+-]*")
_EXAMPLE = "as in /customers/{account_number}/invoice"
# decoded once more by a careless server, these would lead elsewhere
_CLIMBS = re.compile(r"[/\\]|\.\.|%")


@dataclass(frozen=True, slots=True)
class Path:
    """A path; `names` are the values in it, in their order."""

    text: str
    names: tuple[str, ...]

    def fill(self, values: Mapping[str, Value]) -> str:
        """The path with these values in it; ValueError if one must not be part of a path."""
        return _NAME.sub(lambda name: _encoded(values[name[1]]), self.text)


def _encoded(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = format(value, "f") if isinstance(value, Decimal) else value
    if not text or not text.isprintable() or set(text) == {"."} or _CLIMBS.search(text):
        raise ValueError("a value cannot be part of a path")
    return quote(text, safe="")


def parse_path(text: str, own: Mapping[str, Kind]) -> Path:
    """The path that `text` says; PydanticCustomError ("problem") with what to write if it could lead elsewhere."""
    if not text.startswith("/") or text.startswith("//"):
        mend = f"begin with one slash, {_EXAMPLE}; the host stands in ivr.toml"
        raise problem(Code.ADDRESS_IN_FLOW, f"{quoted(text)} is not a path", mend)
    if len(text) > _LONGEST:
        raise problem(Code.ADDRESS_IN_FLOW, f"this path has more than {_LONGEST} characters", "write a shorter one")
    place, _, query = _NAME.sub("x", text).partition("?")
    if not _CHARACTERS.fullmatch(place) or not _CHARACTERS.fullmatch(query):
        mend = f"write letters, digits, dots and dashes between slashes, {_EXAMPLE}"
        raise problem(Code.ADDRESS_IN_FLOW, f"{quoted(text)} has signs that do not belong in a path", mend)
    *parts, last = place.split("/")[1:]
    if {".", "..", ""} & set(parts) or last in (".", ".."):
        raise problem(
            Code.ADDRESS_IN_FLOW, f"{quoted(text)} leads up or nowhere", f"write each part of the path, {_EXAMPLE}"
        )
    names = tuple(dict.fromkeys(_NAME.findall(text)))
    for name in names:
        _check_known(name, own)
    return Path(text, names)


def _check_known(name: str, own: Mapping[str, Kind]) -> None:
    if name in KNOWN or name in own:
        return
    if told := of_card(name):
        what, mend = told.split("; ")
    else:
        what = f"there is no value {quoted(name)}"
        mend = instead_of(name, [*KNOWN, *own], "write account_number, or a variable of the flow")
    raise problem(Code.UNKNOWN_VALUE, what, mend)


def _path(value: object, info: ValidationInfo) -> object:
    if isinstance(value, list | dict):
        raise ValueError(f"this is no path; write it in one line, {_EXAMPLE}")
    own = info.context.kinds if isinstance(info.context, Setting) else {}
    return parse_path(value, own) if isinstance(value, str) else value


UrlPath = Annotated[
    InstanceOf[Path],
    BeforeValidator(_path),
    WithJsonSchema({"type": "string", "pattern": "^/(?!/)", "maxLength": _LONGEST}),
]
