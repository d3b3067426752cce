"""ivr accounts: the first admin, and the log."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ivr.__main__ import main

TOML = """\
database = "ivr.db"
flows = "flows"
sounds = "sounds"
[asterisk]
gate = "gate.sock"
[pci]
socket = "pci.sock"
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "console.secret"
    secret.write_text("0123456789abcdef" * 4)
    secret.chmod(0o600)
    Path("ivr.toml").write_text(TOML + '[console]\nsecret_file = "console.secret"\n')


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a command prints; on stderr if it fails."""
    assert main(["accounts", *words]) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_given_nobody_when_an_admin_is_added_then_a_link_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "ivr accounts add --role admin" in said(capsys, "list")
    out = said(capsys, "add", "--role", "admin", "Anna")
    assert re.search(r"^http://localhost:8448/welcome/[\w-]{43}$", out, re.MULTILINE)
    assert re.search(
        r"^anna +admin +open +no second factor +last signed in: never$", said(capsys, "list"), re.MULTILINE
    )


def test_given_a_name_that_is_taken_or_none_then_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "add", "--role", "admin", "anna")
    assert "Choose another" in said(capsys, "add", "--role", "agent", "anna", code=2)
    assert "2 to 64 characters" in said(capsys, "add", "--role", "agent", "a b", code=2)
    assert "ivr accounts list" in said(capsys, "lock", "nobody", code=2)
    assert "make another one first" in said(capsys, "lock", "anna", code=2)


def test_given_acts_then_the_log_has_them_and_no_link_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    link = said(capsys, "add", "--role", "admin", "anna").rpartition("/")[2].strip()
    said(capsys, "add", "--role", "agent", "bob")
    said(capsys, "lock", "bob")
    out = said(capsys, "log")
    assert [line.split()[0] for line in out.splitlines()] == ["1", "2", "3", "4", "5", "5"]
    assert "account-locked" in out
    assert "5 entries, all as they were written." in out
    assert link not in out
    assert link.encode() not in Path("ivr.db").read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE acts SET worked = 0 WHERE id = 2",
        "UPDATE acts SET who = 'somebody' WHERE id = 2",
        "DELETE FROM acts WHERE id = 2",
        "UPDATE acts SET subject = 'x', digest = (SELECT digest FROM acts WHERE id = 1) WHERE id = 2",
    ],
)
def test_given_an_entry_that_was_changed_then_the_log_says_which(
    capsys: pytest.CaptureFixture[str], change: str
) -> None:
    said(capsys, "add", "--role", "admin", "anna")
    said(capsys, "add", "--role", "agent", "bob")
    with closing(sqlite3.connect("ivr.db")) as ledger, ledger:
        ledger.execute(change)
    assert "Entry 2 was changed" in said(capsys, "log", code=1)


def test_given_no_console_then_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ivr.toml").write_text(TOML)
    assert "no section [console]" in said(capsys, "list", code=2)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('listen = "0.0.0.0:8448"', "needs `certificate` and `key`"),
        ('listen = "localhost"', "an address and a port"),
        ('origin = "http://console.example.com"', "begins with https://"),
        ('origin = "https://console.example.com/path"', "without a path"),
        ('certificate = "a.pem"', "both `certificate` and `key`"),
        ("idle_minutes = 16", "less than or equal to 15"),
    ],
)
def test_given_settings_that_would_leave_a_door_open_then_nothing_starts(
    capsys: pytest.CaptureFixture[str], line: str, why: str
) -> None:
    Path("ivr.toml").write_text(f'{TOML}[console]\nsecret_file = "console.secret"\n{line}\n')
    assert why in said(capsys, "list", code=2)


def test_given_a_short_secret_then_it_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("console.secret").write_text("short")
    assert "openssl rand -hex 32" in said(capsys, "list", code=2)
