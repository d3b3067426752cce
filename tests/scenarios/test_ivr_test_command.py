"""`ivr test`, as someone meets it who has just changed a flow."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ivr.__main__ import main
from tests.flow_play import ROOT

SOUNDS = ("--sounds", str(ROOT / "sounds"))
SECOND = """
flow: second
answers: "2000"
steps: {greet: {say: welcome}}
"""


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    for file in (ROOT / "flows").glob("pay-invoice*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def change(flows: Path, right: str, wrong: str) -> None:
    file = flows / "pay-invoice.test.yaml"
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def test_the_shipped_flows_pass_and_every_branch_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(ROOT / "flows"), *SOUNDS, "--min-coverage", "100"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert [line for line in lines if "%" in line and "100 % of" not in line] == []


@pytest.mark.parametrize("name", ["", "pay-invoice.yaml", "pay-invoice.test.yaml"])
def test_a_folder_a_flow_and_a_file_of_tests_can_be_named(
    flows: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test", str(flows / name), *SOUNDS]) == 0
    assert capsys.readouterr().out.startswith("pay-invoice: ")


def test_a_failing_test_shows_the_call_up_to_the_failure_and_ends_with_1(
    flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(flows, "- hears: account-not-found", "- hears: you-owe")
    assert main(["test", str(flows), *SOUNDS]) == 1
    told = capsys.readouterr()
    failed, *lines = told.out.split("\n\n")[0].splitlines()
    assert failed.startswith(f"FAILED {flows}/pay-invoice.test.yaml:")
    assert failed.endswith(": a wrong account number can be corrected")
    assert lines == [
        "        hears  Welcome to our payment line.",
        "         step  greet: done",
        "        hears  Please enter your account number, then press the pound key.",
        "      presses  9999999#",
        "         step  account: done",
        "         step  find: not_found",
        "        hears  I found no open invoice for that account number.",
        "         step  wrong-account: done",
        "        hears  Please enter your account number, then press the pound key.",
        "  > the call waits for an answer (presses, says, waits), and this was not said: You owe",
        "  > said instead: Welcome to our payment line. Please enter your account number, then press the pound key. I"
        " found no open invoice for that account number. Please enter your account number, then press the pound key.",
    ]
    assert told.err == "ivr: Tests failed: pay-invoice.\n"


def test_branches_that_no_test_takes_are_named_and_can_be_made_an_error(
    flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(flows, "- ledger: down\n      - hears: lookup-unavailable\n      - hears: goodbye", "- hangs up")
    change(flows, "{never_hears: secure-line, charges: []}", "{ends: caller-hung-up}")
    assert main(["test", str(flows), *SOUNDS]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "  no test takes find: unavailable, no-ledger"
    assert main(["test", str(flows), *SOUNDS, "--min-coverage", "95"]) == 1
    assert capsys.readouterr().err == "ivr: Fewer than 95 % of the branches are taken.\n"


def test_a_flow_without_tests_is_named_with_the_file_to_write(
    flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (flows / "second.yaml").write_text(SECOND, encoding="utf-8")
    assert main(["test", str(flows), *SOUNDS]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "second: 0 of 0 tests passed, 0 % of 2 branches taken",
        f"  It has no tests: write them in {flows}/second.test.yaml",
    ]


def test_a_mistake_in_the_tests_ends_with_2_and_nothing_is_played(
    flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(flows, "card: approved", "card: aproved")
    assert main(["test", str(flows), *SOUNDS]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "F103 there is no test card 'aproved'; did you mean approved?" in told.err


def test_a_mistake_in_the_flow_ends_with_2(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow = flows / "pay-invoice.yaml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("say: welcome", "say: welcom"), encoding="utf-8")
    assert main(["test", str(flows), *SOUNDS]) == 2
    assert "did you mean welcome?" in capsys.readouterr().err


def test_tests_without_their_flow_end_with_2(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (flows / "pay-invoice.test.yaml").rename(flows / "old.test.yaml")
    assert main(["test", str(flows), *SOUNDS]) == 2
    assert capsys.readouterr().err.startswith(
        f"{flows}/old.test.yaml:1:1: F001 there is no flow old.yaml beside these tests; give both the same name"
    )
