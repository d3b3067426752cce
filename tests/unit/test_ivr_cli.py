"""The command line of the call side, as a person meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.publishing import edition
from tests.standins.live_ivr import ROOT, write_settings

pytestmark = pytest.mark.process


SMPP = """
[sms]
gateway = "smpp"
sender = "+15550100999"
[sms.smpp]
host = "127.0.0.1"
port = 2775
system_id = "tonewall"
password_file = "secret"
"""
BROKEN = (ROOT / "flows" / "pay-invoice.yaml").read_text(encoding="utf-8").replace("say: welcome", "say: welcmoe")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m ivr` as a process of its own."""
    command = [sys.executable, "-m", "ivr", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["serve", "check", "bills", "exit codes: 0 done", "ivr bills import bills.csv"]),
        (("serve",), ["--config FILE", "`ready`", "SIGTERM"]),
        (("schema",), ["JSON Schema", "editors"]),
        (("check",), ["PATH", "--sounds FOLDER", "what to write"]),
        (("bills", "import"), ["account, reference, amount, currency, due", "nothing is imported"]),
    ],
)
def test_given_help_is_asked_for_then_it_teaches(
    arguments: tuple[str, ...], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*arguments, "--help"])

    text = " ".join(capsys.readouterr().out.split())
    assert [word for word in words if word not in text] == []


def test_given_no_command_then_it_ends_with_2_and_says_how_it_is_used() -> None:
    done = run()

    assert done.returncode == 2
    assert "usage: ivr" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["a first session:", "which command?"]),
        (("bills",), ["add bills from a CSV file", "which command?"]),
        (("chekc", "flows"), ["ivr: there is no chekc: did you mean check?"]),
        (("bills", "imprt"), ["ivr bills: there is no imprt: did you mean import?"]),
        (("accounts", "add", "--role", "admn", "anna"), ["there is no admn: did you mean admin?"]),
        (("xyzzy",), ["choose from"]),
        (("check", "--nothing"), ["unrecognized arguments: --nothing"]),
    ],
)
def test_given_a_command_that_is_missing_or_misspelt_then_it_says_what_there_is(
    arguments: tuple[str, ...], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)

    text = capsys.readouterr().err
    assert [word for word in words if word not in text] == []


def test_given_the_shipped_flows_then_check_finds_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ROOT / "flows"), "--sounds", str(ROOT / "sounds")]) == 0
    assert capsys.readouterr().out.startswith("1000: pay-invoice, 10 steps, en\n")


def test_given_a_bad_flow_then_check_ends_with_2_and_names_file_line_and_mend(tmp_path: Path) -> None:
    flow = tmp_path / "bad.yaml"
    flow.write_text(BROKEN, encoding="utf-8")

    done = run("check", flow)

    line = BROKEN[: BROKEN.index("welcmoe")].count("\n") + 1
    assert done.returncode == 2
    assert done.stderr.startswith(f"{flow}:{line}:")
    assert done.stderr.endswith("did you mean welcome?\nivr: 1 problem to mend; nothing was started.\n")
    assert done.stdout == ""


async def test_given_a_bad_flow_then_serve_starts_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = await write_settings(tmp_path)
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "bad.yaml").write_text(BROKEN, encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace(f"{ROOT}/flows", str(flows)), encoding="utf-8")
    (tmp_path / "ivr.db").unlink()

    done = run("serve", "--config", file)

    assert done.returncode == 2
    assert "did you mean welcome?" in done.stderr
    assert not (tmp_path / "ivr.db").exists()


def test_given_no_settings_then_serve_ends_with_2_and_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["serve"]) == 2
    assert capsys.readouterr().err == (
        "ivr: ivr.toml: cannot be read: No such file or directory. Name another file with --config.\n"
    )


async def test_given_bills_then_import_says_what_it_did(tmp_path: Path) -> None:
    file = await write_settings(tmp_path)
    bills = tmp_path / "more.csv"
    bills.write_text("account,reference,amount,currency,due,mobile\n3000001,INV-3,5.00,USD,,\n", encoding="utf-8")

    done = run("bills", "import", bills, "--config", file)

    assert (done.returncode, done.stdout) == (
        0,
        "1 added, 0 updated, 0 unchanged, 0 paid already, 0 being paid now (left as they are).\n",
    )


async def test_given_a_bad_row_then_import_ends_with_2_and_names_row_and_column(tmp_path: Path) -> None:
    file = await write_settings(tmp_path)
    bills = tmp_path / "more.csv"
    bills.write_text("account,reference,amount,currency,due,mobile\n3000001,INV-3,five,USD,,\n", encoding="utf-8")

    done = run("bills", "import", bills, "--config", file)

    assert done.returncode == 2
    assert "ivr: row 2, amount: " in done.stderr
    assert done.stderr.endswith("ivr: Nothing was imported.\n")


async def test_given_a_gateway_that_cannot_take_the_password_then_serve_starts_nothing_and_says_why(
    tmp_path: Path,
) -> None:
    file = await write_settings(tmp_path, SMPP)
    (tmp_path / "ivr.db").unlink()

    done = run("serve", "--config", file)

    assert done.returncode == 2
    assert (
        done.stderr == "ivr: sms.smpp: the SMPP password has at most 8 ASCII characters: SMPP 3.4 can carry no more\n"
    )
    assert not (tmp_path / "ivr.db").exists()


def test_given_sounds_without_a_prompt_that_every_call_needs_then_it_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(edition, "OWN_PROMPTS", ("goodbye", "never-recorded"))

    assert main(["check", str(ROOT / "flows"), "--sounds", str(ROOT / "sounds")]) == 2
    assert capsys.readouterr().err.endswith("every call needs these prompts in en: never-recorded\n")
