"""The dialogue of the demo as a viewer reads it, in a terminal and in a pipe."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from stack.demo.caller import HANG_UP
from stack.demo.dialogue import LEGEND, Dialogue
from stack.processes import Line

LONG = (
    "You are about to pay 125 dollars and 40 cents with your Visa card. To confirm, press 1. To cancel, press star."
)
STARTED: Line = {"event": "capture_started"}
ENDED: Line = {"event": "capture_ended", "outcome": "success"}


def spoken(text: str, by: str = "ivr") -> Line:
    return {"event": "prompt_spoken", "text": text, "by": by}


def entered(count: int, state: str = "entering", **more: str) -> Line:
    line = {"event": "capture_progress", "field": "payment-card-number", "state": state, "entered": count}
    return {**line, "brand": "visa", **more}


def shown(*lines: Line, terminal: bool = False) -> list[str]:
    """What the viewer reads of these log lines, without colours."""
    page = io.StringIO()
    dialogue = Dialogue(Console(file=page, width=80, force_terminal=terminal, highlight=False, soft_wrap=True))
    for line in lines:
        dialogue.ivr_said(line)
    return re.sub(r"\x1b\[[0-9;]*m", "", page.getvalue()).splitlines()


def test_given_a_pipe_then_a_long_prompt_stays_on_one_line_without_colours() -> None:
    assert shown(spoken(LONG)) == [f"   0.0       hears  “{LONG}”"]


def test_given_a_terminal_then_a_long_prompt_is_folded_under_itself_within_80_columns() -> None:
    lines = shown(STARTED, spoken(LONG, "pci"), terminal=True)[1:]
    assert len(lines) > 1
    assert max(map(len, lines)) <= 80
    assert " ".join(line[20:] for line in lines) == f"“{LONG}”"
    assert {line[7] for line in lines} == {"│"}


def test_the_wall_stands_from_the_start_of_the_capture_to_its_end() -> None:
    lines = shown(spoken("a"), STARTED, spoken("b", "pci"), ENDED, spoken("c"))
    assert ["│" in line for line in lines] == [False, True, True, False, False]
    assert "success" in lines[3]


def test_progress_is_shown_now_and_then_as_dots_with_the_brand() -> None:
    lines = shown(*(entered(count) for count in range(17)), entered(16, "accepted"))
    assert [line.partition("card number: ")[2] for line in lines] == [
        *("visa " + "•" * count for count in (1, 4, 8, 12, 15, 16)),
        "visa ✓",
    ]


def test_a_rejected_field_is_shown_with_its_reason() -> None:
    (line,) = shown(entered(16, "rejected", error_type="invalid-card-number"))
    assert line.endswith("agent  card number: invalid-card-number")


@pytest.mark.parametrize(
    ("keys", "secret", "end"),
    [("204863#", False, "2 0 4 8 6 3 #"), ("4111#", True, "• • • • #"), (HANG_UP, False, "hangs up")],
)
def test_what_is_pressed_is_shown_and_a_card_as_dots(keys: str, secret: bool, end: str) -> None:
    page = io.StringIO()
    Dialogue(Console(file=page)).pressed(keys, secret)
    assert page.getvalue().rstrip().endswith(end)


def test_given_other_events_then_nothing_is_shown() -> None:
    assert shown({"event": "step_done", "step": "pay"}, {}) == []


def test_text_with_brackets_is_shown_as_it_is() -> None:
    assert shown(spoken("[bold]x[/]"))[0].endswith("“[bold]x[/]”")


def test_a_call_begins_with_what_the_columns_mean_and_with_its_own_clock() -> None:
    page = io.StringIO()
    dialogue = Dialogue(Console(file=page, width=80), started=-1000.0)
    dialogue.call_begins("A caller dials 1000")
    dialogue.line("hears", "x")
    assert page.getvalue().splitlines() == ["", "A caller dials 1000", LEGEND, "   0.0       hears  x"]
    assert len(LEGEND) <= 80
