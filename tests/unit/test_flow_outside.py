"""What flows name and the operator defines: accepted without settings, refused with those that lack it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.flow.library import check
from ivr.flow.outside import Outside
from tests.flow_play import ROOT, SHIPPED
from tests.unit.test_ivr_config import GOOD

FLOW = """
flow: f
answers: ["1"]
steps:
  agent: {transfer: {to: biling}, next: {no-answer: bye, busy: bye, unavailable: bye}}
  bye: {say: goodbye}
""".lstrip()
PERSON = '[people.billing]\nendpoint = "PJSIP/billing"\n'


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    """A flow that reaches somebody called biling."""
    file = tmp_path / "f.yaml"
    file.write_text(FLOW, encoding="utf-8")
    return file


def test_given_two_steps_then_what_they_reach_adds_up() -> None:
    both = Outside(people=frozenset({"billing"})) | Outside(people=frozenset({"front"}), apis=frozenset({"crm"}))
    assert list(both.named()) == [("people", "billing"), ("people", "front"), ("apis", "crm")]


def test_given_no_settings_then_any_name_will_do(flow: Path) -> None:
    assert check(flow, SHIPPED) == []


def test_given_settings_that_lack_a_name_then_what_was_meant_is_said(flow: Path) -> None:
    (problem,) = check(flow, SHIPPED, Outside(people=frozenset({"billing", "front"})))
    assert str(problem) == f"{flow}:4:26: F215 ivr.toml has no section [people.biling]; did you mean billing?"


def test_given_settings_without_people_then_the_mend_is_to_add_one(flow: Path) -> None:
    (problem,) = check(flow, SHIPPED, Outside())
    assert problem.mend == "add it there, or name another"


def test_given_no_config_then_the_last_line_says_what_must_be_defined(
    flow: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(flow), "--sounds", str(ROOT / "sounds")]) == 0
    assert capsys.readouterr().out.endswith(
        "No problems.\nivr.toml must define [people.biling]: see with --config ivr.toml whether it does.\n"
    )


@pytest.mark.parametrize("command", ["check", "test", "simulate"])
def test_given_a_config_then_an_unknown_name_is_a_problem(
    flow: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = flow.with_name("ivr.toml")
    config.write_text(GOOD + PERSON, encoding="utf-8")
    assert main([command, str(flow), "--sounds", str(ROOT / "sounds"), "--config", str(config)]) == 2
    assert "F215 ivr.toml has no section [people.biling]; did you mean billing?" in capsys.readouterr().err
