"""Finding an Asterisk: on PATH if it will do, else the unpacked one, else the reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack.asterisk import find
from stack.asterisk.render import modules_named
from stack.errors import AsteriskError, DebianError


def install(base: Path, version: str = "Asterisk 20.6.0~dfsg", lacking: str = "") -> None:
    """An installation below `base` whose program can say its version, and nothing else."""
    modules = base / "lib" / "x86_64-linux-gnu" / "asterisk" / "modules"
    documentation = base / "share" / "asterisk" / "documentation"
    for folder in (modules, documentation, base / "sbin"):
        folder.mkdir(parents=True)
    for name in modules_named():
        if name != lacking:
            (modules / name).touch()
    (documentation / "core-en_US.xml").touch()
    (base / "sbin" / "asterisk").write_text(f'#!/bin/sh\necho "{version}"\n')
    (base / "sbin" / "asterisk").chmod(0o755)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}/usr/sbin:/usr/bin:/bin")
    return tmp_path / "usr"


@pytest.mark.parametrize(
    "version", ["Asterisk 20.6.0~dfsg", "Asterisk certified/20.7-cert3", "Asterisk GIT-22-abc", "Asterisk 23.0.0-rc1"]
)
def test_an_asterisk_on_path_is_used(base: Path, version: str) -> None:
    install(base, version)
    found = find(base / "no-tools")
    assert found.version == version.removeprefix("Asterisk ")
    assert found.origin == "on PATH"
    assert found.command == (f"{base}/sbin/asterisk",)
    assert found.modules == base / "lib" / "x86_64-linux-gnu" / "asterisk" / "modules"
    assert found.data == base / "share" / "asterisk"


@pytest.mark.parametrize(
    ("version", "lacking", "reason"),
    [
        ("Asterisk 18.10.0", "", r"18\.10\.0 \(on PATH\) is older than 20"),
        ("Asterisk 20.6.0", "chan_pjsip.so", r"lacks chan_pjsip\.so"),
        ("Asterisk 20.6.0", "app_stasis.so", "has no modules with ARI"),
        ("error while loading shared libraries", "", "does not start"),
    ],
)
def test_why_an_asterisk_on_path_is_passed_over(base: Path, version: str, lacking: str, reason: str) -> None:
    install(base, version, lacking)
    with pytest.raises(AsteriskError, match=rf"^No usable Asterisk: .*{reason}.*none in .*Run `make asterisk`"):
        find(base / "no-tools")


def test_without_its_documentation_it_could_not_load_its_modules(base: Path) -> None:
    install(base)
    (base / "share/asterisk/documentation/core-en_US.xml").unlink()
    if Path("/usr/share/asterisk/documentation").exists() or Path("/var/lib/asterisk/documentation").exists():
        pytest.skip("this machine has Asterisk's documentation in its usual place")
    with pytest.raises(AsteriskError, match=r"lacks documentation/core-en_US\.xml"):
        find(base / "no-tools")


def test_a_damaged_unpacked_one_is_named(base: Path) -> None:
    (base / "asterisk").mkdir(parents=True)
    (base / "asterisk" / "prefix.json").write_text('{"archive": "Debian sid"}')
    with pytest.raises(DebianError, match="no dynamic loader: delete the folder and unpack again"):
        find(base)
