"""Log lines: fields from a list, no long numbers."""

from __future__ import annotations

import pytest

from pci.log import allow_listed


def test_fields_on_the_list_are_kept_and_others_named_without_their_value() -> None:
    line = allow_listed(None, "info", {"event": "capture_began", "call_id": "c-1", "digits": "4111", "pan": "x"})
    assert line == {"event": "capture_began", "call_id": "c-1", "dropped": ["digits", "pan"]}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("17628.42", "17628.42"),
        ("4111111111111111", "…"),
        ("card 4111111111111111.", "card …."),
        (4111111111111111, None),
        (7, 7),
        (b"4111", None),
        (["4111"], None),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_value_is_a_short_text_or_a_small_number(value: object, written: object) -> None:
    assert allow_listed(None, "info", {"reason": value}) == {"reason": written}
