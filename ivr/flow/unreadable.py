"""YAML's parser in the words of someone who writes flows."""

from __future__ import annotations

from typing import Protocol

import yaml

from ivr.flow.problems import Mark


class YamlMark(Protocol):
    """Where the parser is, counting from 0: the C parser's mark and the Python parser's are different classes."""

    line: int
    column: int


# what YAML's parser says, and what it most often means to someone who writes a flow
_MISTAKES = {
    "did not find expected ',' or ']'": ("a list that begins here does not end", "write ] behind its last word"),
    "did not find expected ',' or '}'": (
        "a bracket { that opens here does not close",
        "write } behind its last value",
    ),
    "found unexpected end of stream": (
        "a quote that opens here does not close",
        "write the same quote behind the text",
    ),
    "could not find expected ':'": ("a colon is missing behind this", "write it, as in steps:"),
    "found character that cannot start any token": ("this sign cannot begin a value", "put the value in quotes"),
    "mapping values are not allowed in this context": (
        "a colon stands where none can",
        "indent this line like the lines beside it, or put the text that has a colon in quotes",
    ),
    "did not find expected key": (
        "this line is not indented like the lines before it",
        "begin it exactly below the word that it belongs to",
    ),
}
_BEGUN = tuple(_MISTAKES)[:4]  # told where it begins, which is where it is mended


def not_yaml(data: bytes, error: yaml.MarkedYAMLError) -> tuple[Mark, str, str]:
    """Where the parser stumbled and over what, in words, and what to do about it."""
    stumbled = error.problem_mark
    lines = data.splitlines()
    line = lines[stumbled.line] if stumbled and stumbled.line < len(lines) else b""
    if b"\t" in line[: len(line) - len(line.lstrip())]:
        return mark(stumbled), "this line is indented with a tab", "write spaces instead"
    problem = error.problem or ""
    at = mark(error.context_mark if problem in _BEGUN and error.context_mark else stumbled)
    otherwise = (f"this is not YAML ({problem})", "check the indentation, the quotes and the brackets here")
    return at, *_MISTAKES.get(problem, otherwise)


def mark(found: YamlMark | None) -> Mark:
    """A place as an editor counts it."""
    return Mark(found.line + 1, found.column + 1) if found else Mark()
