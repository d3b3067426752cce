"""`ivr show`: every way of a flow is drawn, in the terminal and as an SVG, and the shipped diagrams are current."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.__main__ import main
from ivr.diagram.chart import Block, Chart, Direction, chart
from ivr.diagram.showing import chart_of
from ivr.diagram.svg import draw_svg
from ivr.diagram.text import draw_text
from ivr.flow.library import flow_files, load_flow
from ivr.flow.model import Flow, Placed
from ivr.flow.steps.say import Say
from tests.flow_play import ENGLISH, ROOT, flow_of
from tests.unit.rehearsals import CATALOGUE

SHIPPED = flow_files(ROOT / "flows")
SMALL = flow_of(
    """
flow: small
answers: "1"
steps:
  greet: {say: welcome}
  choose: {menu: {prompt: press-1-to-pay, choices: {1: account, 2: choose, 9: bye}}}
  account: {ask: {prompt: enter-account, digits: 6, save: account_number}, next: {done: bye, failed: choose}}
  bye: {say: goodbye}
"""
)


def ids(file: Path) -> str:
    return file.stem


def shipped_chart(file: Path) -> Chart:
    return chart_of(load_flow(file, CATALOGUE), CATALOGUE)


def test_the_diagram_of_a_small_flow_in_a_terminal() -> None:
    assert draw_text(chart(SMALL, ENGLISH), 72, colour=False).splitlines() == [
        "   ● greet  say  “Welcome to our payment line.”",
        "   │  done",
        "   ▼",
        " ╭▶● choose  menu  “To pay now by card, press 1. To hang up, press…",
        " ├─┼─ 2",
        " │ ├─ 9 ─────────────────────────────────────────────────────────────╮",
        " │ ├─ failed ■                                                       │",
        " │ │  1                                                              │",
        " │ ▼                                                                 │",
        " │ ● account  ask  “Please enter your account number, then press t…  │",
        " │ │  (sets account_number)                                          │",
        " ╰─┼─ failed                                                         │",
        "   │  done                                                           │",
        "   ▼                                                                 │",
        "   ● bye  say  “Thank you. Goodbye.” ◀───────────────────────────────╯",
        "   ╰─ done ■",
    ]


def test_a_step_says_what_it_touches() -> None:
    blocks = {block.name: block for block in shipped_chart(ROOT / "flows" / "pay-invoice.yaml").blocks}
    assert [name for name, block in blocks.items() if "card side" in block.marks] == ["pay"]
    assert [name for name, block in blocks.items() if "money" in block.marks] == ["find", "offer", "pay", "receipt"]
    assert blocks["find"].data == "reads account_number, sets invoice"


@pytest.mark.parametrize("file", SHIPPED, ids=ids)
def test_every_outcome_is_in_both_drawings(file: Path) -> None:
    drawn = shipped_chart(file)
    shown = {outcome for block in drawn.blocks for way in block.ways for outcome in way.outcomes}
    assert shown == {outcome for placed in drawn.flow.steps.values() for outcome in placed.next}
    text, svg = draw_text(drawn, 120, colour=False), draw_svg(drawn)
    for words in (*shown, *drawn.flow.steps):
        assert re.search(rf"\b{words}\b", text)
        assert re.search(rf"\b{words}\b", svg)


def test_the_svg_needs_nothing_from_outside_and_has_both_palettes() -> None:
    svg = draw_svg(shipped_chart(ROOT / "flows" / "pay-invoice.yaml"))
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert "prefers-color-scheme: dark" in svg
    assert re.findall(r"href|src=|@import|url\((?!#a\))", svg) == []


def test_in_colour_the_card_side_and_money_stand_out() -> None:
    lines = draw_text(shipped_chart(ROOT / "flows" / "pay-invoice.yaml"), 100, colour=True).splitlines()
    assert next(line for line in lines if "[card side]" in line).startswith("\033[35m")
    assert sum(line.startswith("\033[33m") for line in lines) == 3


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Any flow of steps that lead anywhere."""
    names = [f"s{number}" for number in range(draw(st.integers(1, 8)))]
    targets = st.one_of(st.none(), st.sampled_from(names))
    outcomes = st.dictionaries(st.sampled_from(["done", "failed", "1", "2"]), targets, max_size=4)
    say = Say(prompt=("welcome",))
    return Flow("any", ("en",), ("1",), {name: Placed(say, draw(outcomes)) for name in names})


@settings(deadline=None)
@given(flows(), st.integers(1, 150))
def test_given_any_flow_then_lanes_never_overlap_and_each_jump_has_one(flow: Flow, width: int) -> None:
    drawn = chart(flow, ENGLISH)
    assert draw_text(drawn, width, colour=False).count("●") == len(flow.steps)
    ElementTree.fromstring(draw_svg(drawn))  # noqa: S314 - our own
    jumps = [way.row for block in drawn.blocks for way in block.ways if jumps_aside(block, way.row)]
    assert sorted(row for lane in drawn.lanes for row in lane.sources) == jumps
    for one in drawn.lanes:
        for other in drawn.lanes:
            if one is not other and (one.back, one.column) == (other.back, other.column):
                assert one.span[1] < other.span[0] or other.span[1] < one.span[0]


def jumps_aside(block: Block, row: int) -> bool:
    (way,) = [way for way in block.ways if way.row == row]
    return way.direction in (Direction.DOWN, Direction.BACK)


def test_show_writes_the_svg_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow, sounds = str(ROOT / "flows" / "pay-invoice.yaml"), str(ROOT / "sounds")
    assert main(["show", flow, "--sounds", sounds, "--svg", str(tmp_path / "f.svg")]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/f.svg is written.\n"
    assert (tmp_path / "f.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert main(["show", flow, "--sounds", sounds]) == 0
    assert capsys.readouterr().out.startswith("   ● greet  say")


def test_show_into_a_folder_that_is_not_there_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow, sounds = str(ROOT / "flows" / "pay-invoice.yaml"), str(ROOT / "sounds")
    assert main(["show", flow, "--sounds", sounds, "--svg", str(tmp_path / "no" / "f.svg")]) == 2
    assert "cannot be written: No such file or directory. Name another file" in capsys.readouterr().err
