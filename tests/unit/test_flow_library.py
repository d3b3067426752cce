"""Folders of flows: found by the dialled number, refused as a whole if anything is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.errors import FlowProblems
from ivr.flow.library import check, load_flows
from ivr.flow.problems import Code, report
from ivr.prompts.catalogue import Catalogue
from tests.flow_play import ROOT, SHIPPED


def write(folder: Path, name: str, numbers: str, flow: str = "") -> Path:
    file = folder / name
    file.write_text(f"flow: {flow or file.stem}\nanswers: [{numbers}]\nsteps: {{bye: {{say: goodbye}}}}\n")
    return file


def test_a_flow_is_found_by_each_number_that_it_answers(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", '"1000", "+15551230000"')
    write(tmp_path, "b.yaml", '"2000"')
    book = load_flows(tmp_path, SHIPPED)
    found = [book.find(number) for number in ("1000", "+15551230000", "2000", "3000")]
    assert [flow and flow.name for flow in found] == ["a", "a", "b", None]


def test_one_file_can_be_loaded_alone(tmp_path: Path) -> None:
    assert load_flows(write(tmp_path, "a.yaml", '"1"'), SHIPPED).find("1")


def test_a_number_that_two_flows_claim(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", '"1000"')
    other = write(tmp_path, "b.yaml", '"2000", "1000"')
    (problem,) = check(tmp_path, SHIPPED)
    assert str(problem) == f"{other}:2:19: F208 '1000' is answered in {tmp_path}/a.yaml already; keep it in one place"
    write(tmp_path, "b.yaml", '"2000"')
    assert check(tmp_path, SHIPPED) == []


def test_a_number_twice_in_one_flow(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", '"1000", "1000"')
    assert [problem.code for problem in check(tmp_path, SHIPPED)] == [Code.NUMBER_TAKEN]


def test_a_name_that_two_flows_have(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", '"1"', flow="same")
    other = write(tmp_path, "b.yaml", '"2"', flow="same")
    (problem,) = check(tmp_path, SHIPPED)
    assert str(problem).startswith(f"{other}:1:1: F210 the flow in {tmp_path}/a.yaml is called 'same' too; ")


def test_one_wrong_file_refuses_the_folder_and_all_files_are_told(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("flow: 7")
    write(tmp_path, "c.yaml", '"1"')
    with pytest.raises(FlowProblems) as refused:
        load_flows(tmp_path, SHIPPED)
    files = {Path(problem.file).name for problem in refused.value.problems}
    assert files == {"a.yaml", "b.yaml"}
    assert str(refused.value) == report(check(tmp_path, SHIPPED))


def test_a_folder_without_flows_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    (empty,) = check(tmp_path, SHIPPED)
    assert str(empty).endswith("F001 there is no flow in this folder; put a file in it that ends in .yaml")
    (absent,) = check(tmp_path / "a.yaml", SHIPPED)
    assert "F001 cannot be read (No such file or directory); check the name" in str(absent)
    (tmp_path / "folder.yaml").mkdir()
    (odd,) = check(tmp_path, SHIPPED)
    assert "F001 cannot be read (Is a directory)" in str(odd)


def test_a_file_that_is_too_big_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"#" * 5_000_000)
    assert [problem.code for problem in check(tmp_path, SHIPPED)] == [Code.TOO_BIG]


def test_the_shipped_flows_are_right_and_every_prompt_of_theirs_is_recorded() -> None:
    assert report(check(ROOT / "flows", Catalogue.load(ROOT / "sounds"))) == ""
