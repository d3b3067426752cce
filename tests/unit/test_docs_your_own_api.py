"""docs/howto/your-own-api.md: its flow is in order, its tests pass, its settings are taken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.__main__ import main
from tests.flow_play import ROOT
from tests.unit.reading_docs import DOCS
from tests.unit.test_ivr_config import GOOD

GUIDE = (DOCS / "howto" / "your-own-api.md").read_text(encoding="utf-8")
FLOW, TESTS = re.findall(r"```yaml\n(.+?)```", GUIDE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sounds").symlink_to(ROOT / "sounds")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "pay-by-crm.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "flows" / "pay-by-crm.test.yaml").write_text(TESTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_flow_of_the_guide_passes_its_tests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "flows/pay-by-crm.yaml"]) == 0
    assert "pay-by-crm: 3 of 3 tests passed" in capsys.readouterr().out


def test_the_flow_and_the_settings_of_the_guide_fit_together(folder: Path) -> None:
    (section,) = re.findall(r"```toml\n(.+?)```", GUIDE, re.DOTALL)
    (folder / "crm.token").write_text("a token\n")
    (folder / "crm.token").chmod(0o600)
    (folder / "ivr.toml").write_text(GOOD + section, encoding="utf-8")
    assert main(["check", "flows", "--config", "ivr.toml"]) == 0
    (folder / "ivr.toml").write_text(GOOD + section.replace("apis.crm", "apis.erp"), encoding="utf-8")
    assert main(["check", "flows", "--config", "ivr.toml"]) == 2
