"""Which archive is unpacked from: read from the machine's own apt sources, and trusted by its keyring."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stack import archives
from stack.errors import DebianError

DEBIAN_LISTED = """http://mirror.invalid/debian/|bookworm|main|Debian|Debian
http://mirror.invalid/debian-security/|bookworm-security|main|Debian|Debian-Security
http://packages.example.invalid/apt/|bookworm|main|Example|Example
"""
UBUNTU_LISTED = """http://mirror.invalid/ubuntu/|noble|main|Ubuntu|Ubuntu
http://mirror.invalid/ubuntu/|noble|universe|Ubuntu|Ubuntu
"""
AptSays = Callable[[str, str], None]


@pytest.fixture
def apt_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AptSays]:
    """Let one of apt's programs print a text."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(archives, "KEYRINGS", tmp_path)
    monkeypatch.delenv(archives.MIRROR_VARIABLE, raising=False)
    for name in ("debian", "ubuntu"):
        (tmp_path / f"{name}-archive-keyring.gpg").touch()

    def says(program: str, text: str) -> None:
        (tmp_path / "said").write_text(text)
        (tmp_path / program).write_text(f'#!/bin/sh\ncat "{tmp_path}/said"\n')
        (tmp_path / program).chmod(0o755)
        archives._apt_targets.cache_clear()

    yield says
    archives._apt_targets.cache_clear()


def test_the_distribution_is_read_from_the_machines_sources(apt_says: AptSays, tmp_path: Path) -> None:
    apt_says("apt-get", DEBIAN_LISTED)
    host = archives.host_archive()
    assert host.name == "Debian bookworm"
    assert host.lines == (
        "http://mirror.invalid/debian/ bookworm main",
        "http://mirror.invalid/debian-security/ bookworm-security main",
    )
    keyring = tmp_path / "debian-archive-keyring.gpg"
    assert host.sources().splitlines()[0] == f"deb [signed-by={keyring}] http://mirror.invalid/debian/ bookworm main"


def test_sid_comes_from_the_mirror_that_the_machine_uses(apt_says: AptSays) -> None:
    apt_says("apt-get", DEBIAN_LISTED)
    assert archives.debian("sid").lines == ("http://mirror.invalid/debian/ sid main",)


def test_ubuntu_is_trusted_by_its_own_keyring(apt_says: AptSays) -> None:
    apt_says("apt-get", UBUNTU_LISTED)
    host = archives.host_archive()
    assert host.name == "Ubuntu noble"
    assert host.keyring.name == "ubuntu-archive-keyring.gpg"
    assert host.lines[1] == "http://mirror.invalid/ubuntu/ noble universe"


def test_ubuntu_has_no_debian_mirror_until_one_is_named(apt_says: AptSays, monkeypatch: pytest.MonkeyPatch) -> None:
    apt_says("apt-get", UBUNTU_LISTED)
    with pytest.raises(DebianError, match="mend: set DEBIAN_MIRROR to its URL"):
        archives.debian("sid")
    monkeypatch.setenv("DEBIAN_MIRROR", "http://other.invalid/debian")
    assert archives.debian("sid").lines == ("http://other.invalid/debian sid main",)


def test_a_machine_without_apt_is_told_what_else_would_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    archives._apt_targets.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DEBIAN_MIRROR", raising=False)
    with pytest.raises(DebianError, match=r"no apt-get here\n  mend: install the program by your system's own means"):
        archives.debian("sid")


def test_a_machine_whose_lists_were_deleted_still_knows_its_mirror(
    apt_says: AptSays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: {"VERSION_CODENAME": "trixie"})
    apt_says("apt-get", "http://mirror.invalid/debian/|trixie|main|$(ORIGIN)|$(LABEL)\n")
    assert archives.debian("sid").lines == ("http://mirror.invalid/debian/ sid main",)
    with pytest.raises(DebianError, match="run `apt-get update`"):
        archives.host_archive()


def test_a_missing_keyring_is_named_with_its_package(apt_says: AptSays, tmp_path: Path) -> None:
    apt_says("apt-get", DEBIAN_LISTED)
    (tmp_path / "debian-archive-keyring.gpg").unlink()
    with pytest.raises(DebianError, match="apt-get install debian-archive-keyring"):
        archives.debian("sid")


@pytest.mark.parametrize(
    ("policy", "version"),
    [
        ("asterisk:\n  Installed: (none)\n  Candidate: 1:20.6.0~dfsg-2\n", "1:20.6.0~dfsg-2"),
        ("asterisk:\n  Installed: (none)\n  Candidate: (none)\n", None),
        ("", None),
    ],
)
def test_the_version_that_the_distribution_offers(apt_says: AptSays, policy: str, version: str | None) -> None:
    apt_says("apt-cache", policy)
    assert archives.host_version("asterisk") == version
