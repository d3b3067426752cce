"""The proof reads memories that only root may read: it becomes root over its own programs, or says what to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from proof.__main__ import main
from proof.reader import become_reader


@pytest.fixture
def unshare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `unshare` that grants what it is asked for, for a user who is not root."""
    program = tmp_path / "unshare"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return program


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that took our place."""
    programs: list[list[str]] = []
    monkeypatch.setattr(os, "execvp", lambda _, command: programs.append(command))
    return programs


def test_given_root_then_it_goes_on_as_it_is(started: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    become_reader(["--calls", "6"])
    assert started == []


@pytest.mark.usefixtures("unshare")
def test_given_another_user_then_it_starts_anew_as_root_over_its_own(started: list[list[str]]) -> None:
    with pytest.raises(Exception, match="sudo"):  # execvp, which is made up here, does not return
        become_reader(["--calls", "6"])
    assert started == [["unshare", "--user", "--map-root-user", "--", sys.executable, "-m", "proof", "--calls", "6"]]


@pytest.mark.parametrize("trouble", ["refused", "not installed"])
def test_given_no_user_namespaces_then_nothing_is_started_and_the_mend_is_named(
    trouble: str, unshare: Path, started: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    if trouble == "refused":
        unshare.write_text("#!/bin/sh\nexit 1\n")
    else:
        unshare.unlink()
    assert main(["--calls", "6"]) == 2
    assert "Mend: `sudo make prove`" in " ".join(capsys.readouterr().err.split())
    assert started == []
