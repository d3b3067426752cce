"""`ivr new`: a flow to begin with, that passes everything as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.templates import templates
from tests.flow_play import ROOT
from tests.unit.editors_eye import complaints

SOUNDS = ["--sounds", str(ROOT / "sounds")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("template", templates())
def test_given_a_template_then_its_flow_passes_check_and_test_at_once_and_an_editor_likes_it(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "my-flow", "--from", template]) == 0
    assert capsys.readouterr().out.startswith(
        "flows/my-flow.yaml is written, with its tests beside it; it answers 1000.\n"
    )
    assert main(["check", *SOUNDS]) == 0
    assert main(["test", "--min-coverage", "100", *SOUNDS]) == 0
    assert "my-flow: " in capsys.readouterr().out
    assert complaints(Path("flows/my-flow.yaml").read_text(encoding="utf-8")) == []
    assert Path("flows/schema.json").is_file(), "where the first line of the flow tells editors to look"


def test_given_no_template_then_it_is_the_smallest_and_takes_the_first_free_number(folder: Path) -> None:
    assert [main(["new", name]) for name in ("one", "two", "three")] == [0, 0, 0]
    assert 'answers: ["1002"]' in (folder / "flows" / "three.yaml").read_text(encoding="utf-8")
    assert main(["check", *SOUNDS]) == 0


def test_given_a_flow_that_cannot_be_read_beside_it_then_it_is_made_all_the_same(folder: Path) -> None:
    (folder / "flows").mkdir()
    (folder / "flows" / "broken.yaml").write_text("steps: [", encoding="utf-8")
    (folder / "flows" / "wrong.yaml").write_text(
        'flow: w\nanswers: ["1000"]\nsteps: {a: {say: 7 up}}', encoding="utf-8"
    )
    assert main(["new", "mine"]) == 0
    assert (folder / "flows" / "mine.yaml").is_file()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["one"], "flows/one.yaml is there already, and nothing is overwritten: choose another name."),
        (["two", "--answers", "1000"], "flows/one.yaml answers 1000 already: give another number with --answers."),
        (["two", "--answers", "12 34"], "'12 34' is not a dialled number: write digits"),
        (["../two"], "'../two' is not a name: write small letters, digits and dashes, as in pay-invoice."),
        (["two", "--flows", "no/where"], "no/where/two.yaml: cannot be written: No such file or directory."),
    ],
    ids=["there-already", "number-taken", "no-number", "climbs-out", "no-folder"],
)
def test_given_what_cannot_be_made_then_it_says_so_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(["new", "one"]) == 0
    before = {file: file.read_bytes() for file in folder.rglob("*.*")}
    assert main(["new", *arguments]) == 2
    assert f"ivr: {told}" in capsys.readouterr().err
    assert {file: file.read_bytes() for file in folder.rglob("*.*")} == before


def test_given_tests_that_wait_for_their_flow_then_they_are_not_overwritten_either(folder: Path) -> None:
    (folder / "flows").mkdir()
    tests = folder / "flows" / "mine.test.yaml"
    tests.write_text("mine", encoding="utf-8")
    assert main(["new", "mine"]) == 2
    assert tests.read_text(encoding="utf-8") == "mine"
    assert not (folder / "flows" / "mine.yaml").exists()


def test_the_help_says_what_each_template_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["new", "--help"])
    shown = capsys.readouterr().out
    assert all(f"{name:<9} {about}" in shown for name, about in templates().items())


def test_the_number_can_be_chosen(folder: Path) -> None:
    assert main(["new", "mine", "--answers", "+15551230000"]) == 0
    assert 'answers: ["+15551230000"]' in (folder / "flows" / "mine.yaml").read_text(encoding="utf-8")
