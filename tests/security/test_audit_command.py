"""`pci audit verify` and `pci audit show`, beside a card side that runs and afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.test_pci_process import ROOT, house

pytestmark = pytest.mark.process


def audit(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m pci audit …`."""
    command = [sys.executable, "-m", "pci", "audit", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def lines_of(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


async def test_given_a_log_then_it_is_verified_shown_and_that_is_recorded_until_somebody_touches_it(
    tmp_path: Path,
) -> None:
    config = str(tmp_path / "card-side" / "pci.toml")
    async with house(tmp_path) as home:
        verified = audit("verify", "--config", config)
        assert (verified.returncode, verified.stderr, verified.stdout) == (0, "", "3 records, chain whole\n")
        home.pci.child.terminate()
        assert await home.pci.child.wait() == 0
    (log,) = (tmp_path / "card-side" / "audit").glob("*.jsonl")
    kinds = "audit-file-began process-started key-created audit-verified process-stopped".split()
    assert [line["kind"] for line in lines_of(log)] == kinds
    assert str(lines_of(log)[3]["user"]).split()[0] == f"uid:{os.getuid()}"
    shown = audit("show", "--config", config, "--last", "2")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert [line.split()[1] for line in shown.stdout.splitlines()] == kinds[-2:]
    log.write_text(log.read_text().replace("key-created", "key-crested"))
    verified = audit("verify", "--config", config)
    assert verified.returncode == 1
    assert verified.stdout == f"{log.name} line 3 was changed: it is not what was written there\n"
    assert lines_of(log)[-1]["success"] is False  # the next one to look sees that somebody knew


def test_given_no_settings_then_it_says_what_is_missing_and_ends_with_2(tmp_path: Path) -> None:
    tried = audit("verify", "--config", str(tmp_path / "none.toml"))
    assert tried.returncode == 2
    assert "none.toml: cannot be read" in tried.stderr
