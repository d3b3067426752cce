"""The configuration that is written for an instance."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.asterisk.render import TEMPLATES, Benchmark, Passwords, Ports, modules_named, render
from stack.errors import AsteriskError

PASSWORDS = Passwords(gate="gate-password", pci="pci-password")
PORTS = Ports(http=8088, sip=5060, rtp=range(10000, 10010))
SETTING = re.compile(r"^\s*[^;#\s].*$", re.MULTILINE)


def render_into(run: Path, benchmark: Benchmark | None = None) -> Path:
    return render(
        run,
        modules=Path("/opt/modules"),
        data=Path("/opt/data"),
        ports=PORTS,
        passwords=PASSWORDS,
        benchmark=benchmark,
    )


def test_every_template_is_written_and_filled_in(tmp_path: Path) -> None:
    etc = render_into(tmp_path).parent
    written = {path.name: path.read_text() for path in etc.glob("*.conf")}
    assert set(written) == {path.name for path in TEMPLATES.glob("*.conf")}
    assert not [name for name, text in written.items() if "@{" in text]
    assert "bindport = 8088" in written["http.conf"]
    assert "bind = 127.0.0.1:5060" in written["pjsip.conf"]
    assert "rtpstart = 10000\nrtpend = 10009" in written["rtp.conf"]


def test_only_the_owner_can_read_what_is_written(tmp_path: Path) -> None:
    render_into(tmp_path)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.is_dir(), path
    assert stat.S_IMODE((tmp_path / "etc").stat().st_mode) == 0o700


def test_the_passwords_are_in_ari_conf_and_in_the_secret_files_only(tmp_path: Path) -> None:
    render_into(tmp_path)
    holders = {
        str(path.relative_to(tmp_path))
        for path in tmp_path.rglob("*")
        if path.is_file() and b"-password" in path.read_bytes().replace(b"password_format", b"")
    }
    assert holders == {"etc/ari.conf", "secrets/gate", "secrets/pci"}
    assert "password" not in repr(PASSWORDS)


def test_rendering_again_replaces_everything(tmp_path: Path) -> None:
    render_into(tmp_path)
    (tmp_path / "etc" / "http.conf").write_text("bindaddr = 0.0.0.0")
    render_into(tmp_path)
    assert "0.0.0.0" not in (tmp_path / "etc" / "http.conf").read_text()


def test_the_benchmark_is_there_only_when_asked_for(tmp_path: Path) -> None:
    render_into(tmp_path / "usual")
    render_into(tmp_path / "measured", Benchmark(Path("/sounds/prompt.wav"), 4573))
    assert not (tmp_path / "usual" / "etc" / "benchmark").exists()
    dialplan = (tmp_path / "measured" / "etc" / "benchmark" / "extensions.conf").read_text()
    assert "Read(KEYS,/sounds/prompt,4,,1,6)" in dialplan
    assert "context = benchmark" in (tmp_path / "measured" / "etc" / "pjsip.conf").read_text()


@given(st.sampled_from(";\n\r"), st.text(alphabet="abc", max_size=5))
def test_a_path_that_asterisk_would_cut_short_is_refused(cut: str, rest: str) -> None:
    with pytest.raises(AsteriskError, match="Asterisk cannot read a run"):
        render_into(Path(f"/nowhere/a{cut}{rest}b"))


def test_a_folder_whose_socket_would_have_no_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AsteriskError, match="too long for a unix socket"):
        render_into(tmp_path / ("long" * 25))


def test_the_modules_are_named_once_each_and_the_leaking_bridge_is_never_loaded() -> None:
    names = modules_named()
    assert len(names) == len(set(names)) > 30
    assert "bridge_native_rtp.so" not in names
    assert "noload = bridge_native_rtp.so" in (TEMPLATES / "modules.conf").read_text()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.conf")), ids=lambda path: path.name)
def test_every_file_explains_itself_and_names_no_level_that_prints_keys(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("; ")
    for setting in SETTING.findall(text):
        assert not re.search(r"=>.*\b(dtmf|debug|verbose|trace|\*)", setting), setting
