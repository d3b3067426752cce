"""The documentation as data: sections by their headings, and the tables in them."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

DOCS = Path(__file__).resolve().parents[2] / "docs"
Table = dict[str, list[str]]


def sections(page: str) -> dict[str, str]:
    """Heading -> the text below it up to the next heading of the same or a higher level."""
    text = (DOCS / page).read_text(encoding="utf-8")
    heads = list(re.finditer(r"^(#+) (.+)$", text, re.MULTILINE))
    found: dict[str, str] = {}
    above: dict[int, str] = {}
    for number, head in enumerate(heads):
        level = len(head[1])
        above = {depth: name for depth, name in above.items() if depth < level} | {level: head[2]}
        name = " / ".join(above[depth] for depth in sorted(above) if depth > 1).replace("`", "")
        end = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        found[name] = text[head.end() : end]
    return found


def tables(text: str) -> list[tuple[str, Table]]:
    """Each table: the heading of its first column, and its rows by their first cell; code marks are left out."""
    found: list[tuple[str, Table]] = []
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        head, _, *rows = [
            [cell.strip().replace("`", "") for cell in line[1:-1].split("|")] for line in block.splitlines()
        ]
        found.append((head[0], {row[0]: row[1:] for row in rows}))
    return found


def table(text: str, first: str) -> Table:
    """The first table whose first column has this heading; an empty one if there is none."""
    return next((rows for head, rows in tables(text) if head == first), {})


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys that are written for a model."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def has_default(info: FieldInfo) -> bool:
    """Whether the key may be left out."""
    return info.default is not PydanticUndefined or info.default_factory is not None
