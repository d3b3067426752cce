"""Where in an answer of an API a flow finds its values.

A place is a JSONPath that leads to one value at most: names and numbers of places, and nothing that searches, so
that finding it takes as many steps as it has signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, InstanceOf, WithJsonSchema

from ivr.flow.answer import Json, Number
from ivr.flow.problems import Code, quoted
from ivr.flow.setting import problem

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an answer a value is; `text` is how it is written."""

    text: str
    _path: Any = field(repr=False, compare=False)

    def find(self, answer: Json) -> Json:
        """The value there; None if there is none."""
        found: list[Json] = self._path.findall(answer)
        return found[0] if found else None


def parse_place(text: str) -> Place:
    """The place that `text` names; PydanticCustomError ("problem") says what to write if it names none or several."""
    # importing it takes a tenth of a second, which a flow without places is spared
    from jsonpath import JSONPathEnvironment, JSONPathError

    if not text.startswith("$"):
        raise problem(
            Code.BAD_PLACE,
            f"{quoted(text)} does not begin with $",
            "write the way to the value, as in $.invoice.total",
        )
    if len(text) > _LONGEST:
        raise problem(Code.BAD_PLACE, f"this place has more than {_LONGEST} characters", "write a shorter one")
    try:
        path: Any = JSONPathEnvironment(strict=True).compile(text)
    except (JSONPathError, RecursionError):
        raise problem(
            Code.BAD_PLACE,
            f"{quoted(text)} cannot be read",
            "write names with dots, as in $.invoice.total or $.invoices[0].total",
        ) from None
    if not path.singular_query():
        raise problem(
            Code.BAD_PLACE,
            f"{quoted(text)} may lead to several values",
            "write the way to one, as in $.invoices[0].total",
        )
    return Place(text, path)


def _place(value: object) -> object:
    if isinstance(value, list | dict):
        raise ValueError("this is no place in the answer; write it in one line, as in $.invoice.total")
    return parse_place(value) if isinstance(value, str) else value


At = Annotated[
    InstanceOf[Place],
    BeforeValidator(_place),
    WithJsonSchema({"type": "string", "pattern": r"^\$", "maxLength": _LONGEST}),
]


def texts_at(places: Mapping[str, Place], answer: Json) -> dict[str, str]:
    """What stands at each of these places, by name, as far as there is something; ValueError names what is wrong."""
    found: dict[str, str] = {}
    for name, place in places.items():
        try:
            text = _text(place.find(answer))
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None
        if text is not None:
            found[name] = text
    return found


def _text(value: Json) -> str | None:
    match value:
        case None | str():
            return value
        case Number(text):
            return text
    raise ValueError("is neither a text nor a number")
