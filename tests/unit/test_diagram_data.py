"""`ivr show --data`: where the data of a flow comes from, what is personal, and where it goes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from ivr.__main__ import main
from ivr.diagram.data import CALL_BACK, CARD, EARLIER, LAST4, Place, Row, rows
from ivr.diagram.data_svg import draw_data_svg
from ivr.diagram.data_text import draw_data
from ivr.flow.library import flow_files, load_flow
from ivr.flow.model import Flow
from tests.flow_play import ROOT, flow_of
from tests.unit.rehearsals import CATALOGUE

SHIPPED = pytest.mark.parametrize("file", flow_files(ROOT / "flows"), ids=lambda file: file.stem)
PAYS = flow_of(
    """
flow: pays
answers: "1"
may_say: account_number
steps:
  account: {ask: {prompt: enter-account, digits: 6, save: account_number}, next: {failed: bye}}
  repeat: {say: [ending-in, {last_digits: account_number}]}
  find: {lookup: {invoice: {account: account_number}}, next: {not_found: bye, unavailable: bye}}
  due: {say: [you-owe, {money: invoice.amount}, due-on, {date: invoice.due}]}
  pay:
    pay: {action: charge, amount: invoice.amount}
    next: {declined: bye, too-many-failed-attempts: bye, outcome-unknown: bye, cancelled: bye}
  receipt: {receipt: {by: [sms, email]}}
  bye: {say: goodbye}
"""
)


def row(flow: Flow, value: str) -> Row:
    (found,) = [found for found in rows(flow) if found.value == value]
    return found


def test_a_value_about_a_person_is_marked_and_each_of_its_ways_is_named() -> None:
    account = row(PAYS, "account_number")
    assert account.marks == ("personal",)
    assert dict(account.comes) == {Place.CALLER: ("account",)}
    assert dict(account.goes) == {Place.LEDGER: ("find",), Place.SPOKEN: ("repeat",)}


def test_what_a_lookup_found_comes_from_the_ledger_whatever_of_it_is_used() -> None:
    for value in ("invoice.amount", "invoice.due"):
        assert dict(row(PAYS, value).comes) == {Place.LEDGER: ("find",)}
    assert row(PAYS, "invoice.amount").marks == ("money",)
    assert dict(row(PAYS, "invoice.amount").goes) == {Place.CARD_SIDE: ("pay",), Place.SPOKEN: ("due", "pay")}


@SHIPPED
def test_the_card_is_at_the_card_side_and_nowhere_else(file: Path) -> None:
    for found in rows(load_flow(file, CATALOGUE)):
        if found.value == CARD:
            assert [place for place, _ in found.comes] == [Place.CARD_SIDE]
            assert found.goes == ()
            assert found.marks == ("card side",)


def test_what_is_told_of_the_card_is_personal_and_goes_where_receipts_go() -> None:
    told = row(PAYS, LAST4)
    assert told.marks == ("personal",)
    assert dict(told.goes) == {Place.SPOKEN: ("pay",), Place.TEXTED: ("receipt",), Place.MAILED: ("receipt",)}


def test_the_steps_of_a_flow_that_is_called_are_named_behind_the_step_that_calls_it() -> None:
    balance = load_flow(ROOT / "flows" / "balance-only.yaml", CATALOGUE)
    assert dict(row(balance, "account_number").comes) == {Place.CALLER: ("bill/account",)}


def test_what_a_refund_and_a_callback_take_down_goes_to_the_ledger_for_a_person() -> None:
    refund = row(load_flow(ROOT / "flows" / "refund-request.yaml", CATALOGUE), EARLIER)
    assert refund.marks == ("money",)
    assert dict(refund.goes) == {Place.LEDGER: ("refund",), Place.SPOKEN: ("refund",)}
    after_hours = load_flow(ROOT / "flows" / "after-hours.yaml", CATALOGUE)
    number = row(after_hours, CALL_BACK)
    (step,) = [name for name, placed in after_hours.steps.items() if placed.step.verb == "callback"]
    assert number.marks == ("personal",)
    assert dict(number.goes) == {Place.LEDGER: (step,), Place.SPOKEN: (step,)}


@SHIPPED
def test_every_value_and_step_is_in_both_drawings(file: Path) -> None:
    flow = load_flow(file, CATALOGUE)
    text, svg = draw_data(rows(flow), colour=False), draw_data_svg(flow, rows(flow))
    ElementTree.fromstring(svg)  # noqa: S314 - our own
    for found in rows(flow):
        assert found.value in text
        assert found.value.replace("'", "&#x27;") in svg
        for place, steps in found.comes + found.goes:
            assert place in text
            assert all(step in text and step[-18:] in svg for step in steps)


def test_a_flow_that_knows_nothing_has_nothing_to_show() -> None:
    quiet = flow_of("flow: quiet\nanswers: '1'\nsteps: {bye: {say: goodbye}}")
    assert rows(quiet) == []
    ElementTree.fromstring(draw_data_svg(quiet, []))  # noqa: S314 - our own


def test_the_command_prints_it_or_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow, sounds = str(ROOT / "flows" / "balance-only.yaml"), ["--sounds", str(ROOT / "sounds")]
    assert main(["show", flow, "--data", *sounds]) == 0
    assert capsys.readouterr().out.startswith("account_number  [personal]\n  from the caller's keys")
    assert main(["show", flow, "--data", "--svg", str(tmp_path / "d.svg"), *sounds]) == 0
    assert "what goes where" in (tmp_path / "d.svg").read_text(encoding="utf-8")
