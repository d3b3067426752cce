"""Secrets are planted in everything that the evidence reads. None of them is in anything that it writes."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pci.audit import Audit, Kind
from pci.card import Expiry, Pan
from pci.evidence.command import Sources, collect, write
from pci.evidence.facts import Facts
from pci.evidence.holdings import HoldingsUnreadable, count
from pci.keys import KeyRing
from pci.store import Store
from pci.vault import Vault
from tests.pci_rig import VISA, record_sounds

OWNER = 65533
ROOT = Path(__file__).resolve().parents[2]
ARI_PASSWORD, API_KEY, CHANNEL = "canary-of-ari", "canary-of-the-bank", "canary-channel"


@pytest.fixture
async def planted(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """An installation that is not running, and all that must not be seen of it."""
    record_sounds(tmp_path / "sounds")
    for name, secret in (("ari", ARI_PASSWORD), ("bank", API_KEY)):
        (tmp_path / f"{name}.secret").touch(mode=0o600)
        (tmp_path / f"{name}.secret").write_text(secret)
    config = tmp_path / "pci.toml"
    config.write_text("""
        socket = "pci.sock"
        database = "pci.db"
        key_file = "pci.key"
        audit = "audit"
        sounds = "sounds"
        asterisk = {url = "http://127.0.0.1:9", username = "pci", password_file = "ari.secret"}
        processor = {name = "simulator", url = "http://127.0.0.1:9", api_key_file = "bank.secret"}
    """)
    keys, _ = KeyRing.open(tmp_path / "pci.key", may_create=True)
    database = tmp_path / "pci.db"
    async with (
        Store.open(database) as store,
        Audit.open(tmp_path / "audit", keys.derive("audit"), head=database) as audit,
    ):
        token = await Vault(store, keys, audit).put(Pan(bytearray(VISA.encode())), Expiry(bytearray(b"1227")))
        await audit.record(Kind.AUDIT_VERIFIED, resource="audit:audit", detail="812 records")  # of no recorder
        await audit.record(Kind.ALARM, resource=CHANNEL, success=False, detail="caller_not_alone recorded")
    derived = [keys.derive(purpose) for purpose in ("audit", "idempotency")]
    secrets = [VISA.encode(), ARI_PASSWORD.encode(), API_KEY.encode(), token.encode(), CHANNEL.encode()]
    for key in ((tmp_path / "pci.key").read_bytes(), *derived):
        secrets += [key, key.hex().encode(), base64.b64encode(key)]
    return config, secrets


async def test_given_planted_secrets_then_none_is_in_what_is_written(
    planted: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    config, secrets = planted
    facts = await in_a_thread(Sources(config, None, tmp_path / "no-proof.json", tmp_path / "out"))
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert [secret for secret in secrets if secret in written] == []
    assert facts.holdings is not None
    assert (facts.holdings.cards, facts.trails[0].alarm_count, facts.trails[0].latch_count) == (1, 1, 1)
    assert facts.holdings.kek_id.encode() in written  # a name; the search would have found a key as well


async def in_a_thread(sources: Sources) -> Facts:
    """As the command does it: with an event loop of its own."""
    facts = await asyncio.to_thread(collect, sources)
    write(sources.out, facts)
    return facts


async def test_given_a_log_that_was_tampered_with_then_the_row_names_the_line(
    planted: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    config, _ = planted
    log = next((tmp_path / "audit").glob("*.jsonl"))
    log.write_bytes(log.read_bytes().replace(b"card-stored", b"card-forgotten"))
    facts = await asyncio.to_thread(collect, Sources(config, None, tmp_path / "none", tmp_path))
    assert "was changed" in facts.trails[0].problem


@pytest.mark.process
def test_given_nothing_runs_then_the_command_writes_all_the_same_and_ends_with_1(
    planted: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    config, _ = planted
    ended = evidence("--config", str(config), "--out", str(tmp_path / "out"))
    assert ended.returncode == 1, ended.stderr
    assert "not running: pci, asterisk" in ended.stderr
    assert "not running" in (tmp_path / "out" / "evidence.html").read_text()
    assert {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {
        "evidence.html": 0o600,
        "evidence.json": 0o600,
        "sbom.json": 0o600,
    }


@pytest.mark.process
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
def test_given_files_of_another_user_then_root_reads_them_as_that_user_and_leaves_none_of_its_own(
    planted: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    config, _ = planted
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "tonewall"
        shutil.copytree(config.parent, home)
        Path(folder).chmod(0o755)
        for path in (home, *home.rglob("*")):
            os.chown(path, OWNER, OWNER)
        ended = evidence("--config", str(home / "pci.toml"), "--out", str(tmp_path / "out"))
        assert ended.returncode == 1, ended.stderr
        assert "not running: pci, asterisk" in ended.stderr
        assert {path.stat().st_uid for path in home.rglob("*")} == {OWNER}
    facts = json.loads((tmp_path / "out" / "evidence.json").read_text())["facts"]
    assert (facts["holdings"]["cards"], facts["trails"][0]["problem"]) == (1, "")
    assert (tmp_path / "out" / "evidence.json").stat().st_uid == 0


@pytest.mark.process
@pytest.mark.parametrize("content", [None, "socket = [", "socket = 'pci.sock'"])
def test_given_settings_that_cannot_be_read_then_the_command_says_so_and_ends_with_2(
    tmp_path: Path, content: str | None
) -> None:
    config = tmp_path / "pci.toml"
    if content is not None:
        config.write_text(content)
    ended = evidence("--config", str(config), "--out", str(tmp_path / "out"))
    assert ended.returncode == 2
    assert str(config) in ended.stderr
    assert not (tmp_path / "out").exists()


def test_given_a_file_that_is_no_database_then_it_is_an_error_that_says_so(tmp_path: Path) -> None:
    KeyRing.open(tmp_path / "pci.key", may_create=True)
    (tmp_path / "pci.db").write_bytes(os.urandom(4096))
    with pytest.raises(HoldingsUnreadable):
        count(tmp_path / "pci.db", tmp_path / "pci.key")


def evidence(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pci", "evidence", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
