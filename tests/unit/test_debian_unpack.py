"""Unpacking packages: all or nothing, done once, and an error that says what mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from stack import debian
from stack.archives import Archive
from stack.debian import Prefix
from stack.errors import DebianError

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not on PATH")

GREETING = Archive("Debian test", Path("/nowhere.gpg"), ("file:/nowhere test main",))
COPIES_A_PACKAGE = """#!/bin/sh
case "$*" in *install*)
  echo "Need to get 4 kB/5 kB of archives."
  cp "{deb}" "$(sed -n 's/^Dir::Cache "\\(.*\\)";/\\1/p' "$APT_CONFIG")/archives/"
esac
"""
FAILS = """#!/bin/sh
echo "E: {words}"
exit 100
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A real Debian package with a program, a manual page and a library below the old /lib."""
    tree = tmp_path / "package"
    for name in ("usr/bin/greet", "usr/share/doc/greet/manual", "lib/greet/part"):
        (tree / name).parent.mkdir(parents=True)
        (tree / name).write_text("hello\n")
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(
        "Package: greet\nVersion: 1.0\nArchitecture: all\nMaintainer: T <t@example.invalid>\nDescription: greets\n"
    )
    deb = tmp_path / "greet_1.0_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, deb], check=True, capture_output=True)
    return deb


@pytest.fixture
def apt_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script that stands in for apt-get."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("apt-get", "apt-cache", "apt-config"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return programs / "apt-get"


def unpack_greeting(root: Path, lines: list[str] | None = None) -> Prefix:
    return debian.unpack(("greet",), root, GREETING, say=(lines if lines is not None else []).append)


def test_a_package_is_unpacked_below_usr_and_the_person_waiting_is_told(
    tmp_path: Path, package: Path, apt_does: Path
) -> None:
    apt_does.write_text(COPIES_A_PACKAGE.format(deb=package))
    lines: list[str] = []
    prefix = unpack_greeting(tmp_path / "tools" / "greet", lines)
    assert prefix.archive == "Debian test"
    assert (prefix.root / "usr/bin/greet").read_text() == "hello\n"
    assert (prefix.root / "usr/lib/greet/part").exists()
    assert not (prefix.root / "usr/share/doc").exists()
    assert lines == [
        "reading the package list of Debian test",
        "downloading 4 kB from Debian test",
        "unpacking 1 packages of Debian test",
    ]


def test_what_is_unpacked_already_is_not_fetched_again(tmp_path: Path, package: Path, apt_does: Path) -> None:
    apt_does.write_text(COPIES_A_PACKAGE.format(deb=package))
    first = unpack_greeting(tmp_path / "greet")
    apt_does.write_text(FAILS.format(words="no second time"))
    lines: list[str] = []
    assert unpack_greeting(tmp_path / "greet", lines) == first
    assert lines == []


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        ("Could not resolve 'mirror.invalid'", "check network and proxy"),
        ("The repository is not signed.", "update it"),
        ("Release file is expired", "set the clock"),
        ("Unable to locate package greet", "choose another suite"),
        ("You don't have enough free space: No space left on device", "make room"),
    ],
)
def test_a_failed_step_names_itself_and_its_mend_and_leaves_nothing(
    tmp_path: Path, apt_does: Path, words: str, mend: str
) -> None:
    apt_does.write_text(FAILS.format(words=words))
    with pytest.raises(DebianError, match=r"^reading the package list of Debian test: .*") as error:
        unpack_greeting(tmp_path / "tools" / "greet")
    assert mend in str(error.value)
    assert list((tmp_path / "tools").iterdir()) == []


def test_half_a_package_is_never_used(tmp_path: Path, package: Path, apt_does: Path) -> None:
    package.write_bytes(package.read_bytes()[:200])
    apt_does.write_text(COPIES_A_PACKAGE.format(deb=package))
    with pytest.raises(DebianError, match=r"unpacking greet_1\.0_all\.deb"):
        unpack_greeting(tmp_path / "tools" / "greet")
    assert list((tmp_path / "tools").iterdir()) == []


def test_a_prefix_that_does_not_verify_is_not_put_in_place(tmp_path: Path, package: Path, apt_does: Path) -> None:
    apt_does.write_text(COPIES_A_PACKAGE.format(deb=package))

    def refuse(prefix: Prefix) -> None:
        raise DebianError(f"{prefix.archive} lacks a library")

    with pytest.raises(DebianError, match="lacks a library"):
        debian.unpack(("greet",), tmp_path / "tools" / "greet", GREETING, verify=refuse, say=print)
    assert list((tmp_path / "tools").iterdir()) == []


def test_a_folder_in_the_way_is_not_touched(tmp_path: Path, package: Path, apt_does: Path) -> None:
    apt_does.write_text(COPIES_A_PACKAGE.format(deb=package))
    mine = tmp_path / "greet" / "mine"
    mine.parent.mkdir()
    mine.write_text("keep")
    with pytest.raises(DebianError, match="is in the way, and not complete; mend: delete it"):
        unpack_greeting(tmp_path / "greet")
    assert mine.read_text() == "keep"


def test_a_machine_without_apt_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DebianError, match="apt-get is not on PATH; mend: install greet yourself"):
        unpack_greeting(tmp_path / "greet")


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    (tmp_path / debian.RECORD).write_text('["half')
    with pytest.raises(DebianError, match=r"prefix\.json is damaged: delete"):
        debian.opened(tmp_path)


def test_a_prefix_without_a_loader_is_named(tmp_path: Path) -> None:
    with pytest.raises(DebianError, match="has no dynamic loader"):
        Prefix(tmp_path, "Debian test").command("usr/bin/greet")


@pytest.mark.skipif(not shutil.which("apt-get"), reason="apt-get is not on PATH")
def test_an_unsigned_archive_is_refused_by_apt_itself(tmp_path: Path, package: Path) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    shutil.copy(package, mirror)
    (mirror / "Packages").write_text("")
    (mirror / "Release").write_text("Origin: Debian\nSuite: test\nDate: Sat, 01 Jan 2022 00:00:00 UTC\n")
    (tmp_path / "keys.gpg").write_bytes(b"")
    unsigned = Archive("Debian test", tmp_path / "keys.gpg", (f"file:{mirror} ./",))
    with pytest.raises(DebianError, match="not signed") as error:
        debian.unpack(("greet",), tmp_path / "greet", unsigned, say=print)
    assert "the keyring does not know this archive" in str(error.value)
