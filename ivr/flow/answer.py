"""What an API of a merchant answers: JSON, whose numbers stay as they are written: nobody rounds an amount."""

from __future__ import annotations

import json
from dataclasses import dataclass

MOST_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it is written in the answer."""

    text: str


Json = None | bool | str | Number | list["Json"] | dict[str, "Json"]


def read_json(octets: bytes) -> Json:
    """An answer: an object or a list; ValueError for anything else, and for what is nested too deeply to be one."""
    try:
        answer: Json = json.loads(octets, parse_float=Number, parse_int=Number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ValueError("the answer is not JSON") from None
    if not isinstance(answer, list | dict):
        raise ValueError("the answer is neither an object nor a list")
    level: list[Json] = [answer]
    for _ in range(MOST_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return answer
    raise ValueError(f"the answer is nested more than {MOST_DEPTH} times")


def _no_number(word: str) -> Json:
    raise ValueError(f"{word} is not JSON")


def _inside(value: Json) -> list[Json]:
    match value:
        case list():
            return value
        case dict():
            return list(value.values())
    return []
