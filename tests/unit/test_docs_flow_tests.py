"""docs/reference/flow-tests.md says what a test may hold, and the guide to testing shows what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from ivr.__main__ import main
from ivr.flow.engine import Ending
from ivr.rehearsal.ledger import BillState
from ivr.rehearsal.lines import Kind
from ivr.rehearsal.suite import BillRow, Case, Expected, Sheet
from tests.flow_play import ROOT
from tests.unit.reading_docs import DOCS, has_default, keys_of, sections, table

PAGE = sections("reference/flow-tests.md")
GUIDE = (DOCS / "howto" / "test-a-flow.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("section", "model"),
    [("The file", Sheet), ("A bill", BillRow), ("A test", Case), ("What is expected", Expected)],
)
def test_given_a_part_of_the_file_then_its_keys_are_its_table(section: str, model: type[BaseModel]) -> None:
    rows = table(PAGE[section], "Key")
    assert list(rows) == list(keys_of(model))
    needed = [key for key, info in keys_of(model).items() if not has_default(info)]
    assert [key for key, row in rows.items() if row[0] == "needed"] == needed


def test_given_the_states_and_endings_then_each_is_named() -> None:
    bill, expected = table(PAGE["A bill"], "Key"), table(PAGE["What is expected"], "Key")
    assert [state for state in BillState if state not in bill["state"][1]] == []
    assert [ending for ending in Ending if ending not in expected["ends"][1]] == []


def test_given_the_lines_of_a_call_then_each_is_listed() -> None:
    assert [line.split(":")[0] for line in table(PAGE["What happens in a call"], "Line")] == list(Kind)


@pytest.fixture
def flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a reader of both guides has it."""
    (tmp_path / "sounds").symlink_to(ROOT / "sounds")
    (tmp_path / "flows").mkdir()
    first = (DOCS / "howto" / "first-flow.md").read_text(encoding="utf-8")
    for name, text in (("balance.yaml", first), ("balance.test.yaml", GUIDE)):
        shown = re.search(r"```yaml\n(.+?)```", text, re.DOTALL)
        assert shown
        (tmp_path / "flows" / name).write_text(shown[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "flows"


def in_the_guide(printed: str) -> bool:
    """Whether the guide shows these lines as a block."""
    return "".join(f"    {line}\n" for line in printed.splitlines()) in GUIDE


def test_the_tests_of_the_guide_end_as_it_shows(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "flows/balance.yaml"]) == 0
    assert in_the_guide(capsys.readouterr().out)


def test_the_failure_of_the_guide_is_told_as_it_shows(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests = flows / "balance.test.yaml"
    tests.write_text(tests.read_text("utf-8").replace("hears: account-not-found", "hears: you-owe"), "utf-8")
    assert main(["test", "flows/balance.yaml"]) == 1
    assert in_the_guide(capsys.readouterr().out.split("\n\n")[0])


def test_the_commands_of_the_guide_exist() -> None:
    for command in re.findall(r"-m ivr (\w+)", GUIDE):
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
