"""docs/reference/traces.md has every event with its keys and what they mean, and its example is a trace."""

from __future__ import annotations

import re
from typing import get_args

from pydantic import BaseModel

from ivr.trace.events import EVENT, Amount, Event
from tests.unit.reading_docs import sections, table

PAGE = sections("reference/traces.md")


def documented(model: type[BaseModel]) -> dict[str, str | None]:
    """The keys of an event, without those that all have."""
    return {
        name: (info.description or "").replace("`", "")
        for name, info in model.model_fields.items()
        if name not in ("at", "type")
    }


def test_given_the_events_then_each_has_a_section_with_its_keys() -> None:
    kinds = {kind.model_fields["type"].default: kind for kind in get_args(Event)} | {"Amounts": Amount}
    assert {name for name in PAGE if name} == {*kinds}
    for name, kind in kinds.items():
        assert {key: row[0] for key, row in table(PAGE[name], "Key").items()} == documented(kind)
        assert " ".join((kind.__doc__ or "").split()) in PAGE[name]


def test_given_the_example_then_each_line_of_it_is_an_event() -> None:
    shown = re.findall(r"^    (\{.+\})$", PAGE[""], re.MULTILINE)
    assert [EVENT.validate_json(line).type for line in shown] == ["began", "said", "step", "said", "keyed", "step"]
