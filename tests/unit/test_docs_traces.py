"""docs/reference/traces.md has every event, and its example is a trace. Its tables are made by make docs."""

from __future__ import annotations

import re
from typing import get_args

from ivr.trace.amount import Amount
from ivr.trace.events import EVENT, Event
from tests.unit.reading_docs import sections

PAGE = sections("reference/traces.md")


def test_given_the_events_then_the_page_says_of_each_what_the_program_says() -> None:
    kinds = {kind.model_fields["type"].default: kind for kind in get_args(Event)} | {"amount": Amount}
    assert {name for name in PAGE if name} == {*kinds}
    assert [name for name, kind in kinds.items() if " ".join((kind.__doc__ or "").split()) not in PAGE[name]] == []


def test_given_the_example_then_each_line_of_it_is_an_event() -> None:
    shown = re.findall(r"^    (\{.+\})$", PAGE[""], re.MULTILINE)
    assert [EVENT.validate_json(line).type for line in shown] == ["began", "said", "step", "said", "keyed", "step"]
