"""docs/howto/production.md and docs/reference/audit.md agree with the units and the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.config import load as load_ivr
from pci.audit import Event, Kind
from pci.config import load as load_pci
from pci.config import read
from pci.gate.config import GateSettings
from tests.unit.reading_docs import DOCS, sections, table, tables

ROOT = DOCS.parent
GUIDE = (DOCS / "howto" / "production.md").read_text(encoding="utf-8")
PLACES = ("/run/", "/var/lib/", "/opt/tonewall/", "/etc/tonewall/")


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A server that was set up by the guide: its settings, secrets and folders, below this one."""
    for place in PLACES:
        (tmp_path / place.strip("/")).mkdir(parents=True)
    for side in ("pci", "gate", "ivr"):
        (tmp_path / "var/lib" / of_unit(side, "StateDirectory")).mkdir()
    for folder in ("sounds", "flows"):
        (tmp_path / "opt/tonewall" / folder).symlink_to(ROOT / folder)
    for path, text in re.findall(r"`/(etc/tonewall/\w+/\w+\.toml)`.*?```toml\n(.*?)```", GUIDE, re.DOTALL):
        file = tmp_path / path
        file.parent.mkdir()
        file.write_text(re.sub(rf'"({"|".join(PLACES)})', rf'"{tmp_path}\1', text))
        for secret in re.findall(r'_file = "(\w+\.secret)"', text):
            assert f"{file.parent.name}/{secret}" in GUIDE  # the guide has it made
            (file.parent / secret).touch(mode=0o600)
            (file.parent / secret).write_text("a-secret")
    return tmp_path


def of_unit(side: str, key: str) -> str:
    found = re.search(rf"^{key}=(.*)$", (ROOT / "systemd" / f"tonewall-{side}.service").read_text(), re.MULTILINE)
    assert found
    return found[1]


def settings_of(side: str, server: Path) -> Path:
    """The file that the unit names."""
    return server / of_unit(side, "ExecStart").split()[-1].lstrip("/")


def test_given_a_server_set_up_by_the_guide_then_all_settings_are_accepted_and_fit_each_other(server: Path) -> None:
    pci = load_pci(settings_of("pci", server))
    gate = read(settings_of("gate", server), GateSettings)
    ivr = load_ivr(settings_of("ivr", server))
    assert ivr.asterisk.gate == gate.socket
    assert ivr.pci.socket == gate.card_side == pci.socket
    assert gate.sounds == pci.sounds == ivr.sounds


def test_given_the_settings_of_the_guide_then_each_process_may_write_where_they_say(server: Path) -> None:
    pci = load_pci(settings_of("pci", server))
    gate = read(settings_of("gate", server), GateSettings)
    written = {"pci": (pci.database, pci.key_file, pci.audit), "gate": (gate.key_file, gate.audit)}
    for side, paths in written.items():
        assert {path.parent for path in paths} == {server / "var/lib" / of_unit(side, "StateDirectory")}
    for side, socket in (("pci", pci.socket), ("gate", gate.socket)):
        assert socket.parent == server / "run" / of_unit(side, "RuntimeDirectory")


def test_the_page_of_the_audit_log_lists_every_kind_and_every_field() -> None:
    page = sections("reference/audit.md")
    assert set(table(page["What is recorded"], "Kind")) == set(Kind)
    fields = next(rows for head, rows in tables((DOCS / "reference/audit.md").read_text()) if head == "Field")
    assert set(fields) == {"n", "prev", "mac", *Event.__slots__}
