"""pci.toml: every mistake is named with its setting, and no secret is in the message."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.config import load
from pci.errors import ConfigError

GOOD = """
socket = "run/pci.sock"
database = "pci.db"
key_file = "pci.key"
sounds = "sounds"
[asterisk]
url = "http://127.0.0.1:8088"
username = "pci"
password_file = "ari.secret"
[processor]
name = "simulator"
url = "http://127.0.0.1:9000"
api_key_file = "processor.secret"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sounds").mkdir()
    for name, secret in (("ari.secret", "ari-pass\n"), ("processor.secret", "key")):
        (tmp_path / name).write_text(secret)
        (tmp_path / name).chmod(0o600)
    return tmp_path


def problems(folder: Path, text: str) -> str:
    (folder / "pci.toml").write_text(text)
    with pytest.raises(ConfigError) as refusal:
        load(folder / "pci.toml")
    return str(refusal.value)


def test_paths_are_relative_to_the_file_and_secrets_are_read(folder: Path) -> None:
    (folder / "pci.toml").write_text(GOOD)
    settings = load(folder / "pci.toml")
    assert settings.socket == folder / "run/pci.sock"
    assert settings.asterisk.app == "pci"
    assert settings.asterisk.password.get_secret_value() == "ari-pass"
    assert settings.processor.timeout == 30.0
    assert "ari-pass" not in repr(settings)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('socket = "run/pci.sock"', "", "socket: is missing; write socket = …"),
        ('database = "pci.db"', 'databse = "pci.db"', "databse: there is no such setting; did you mean database?"),
        ("http://127.0.0.1:9000", "127.0.0.1:9000", "processor.url: must be an address without a login"),
        ('url = "http://127.0.0.1:8088"', 'url = ""', "asterisk.url: "),
        ("[asterisk]", 'colour = "red"\n[asterisk]', "colour: there is no such setting; remove it"),
        ("[asterisk]", 'allowed_uids = ["root"]\n[asterisk]', "allowed_uids.0: must be a valid integer"),
        ('"simulator"', '"bogus"', "processor.name: must be 'simulator' or 'stripe'"),
        ('url = "http://127.0.0.1:9000"', "", "processor: the simulator needs its url"),
        (
            "http://127.0.0.1:8088",
            "http://pci:pass@127.0.0.1:8088",
            "asterisk.url: must be an address without a login",
        ),
        ("http://127.0.0.1:8088", "127.0.0.1:8088", "asterisk.url: must be an address"),
        ('"ari.secret"', '"none.secret"', "none.secret cannot be read: No such file or directory"),
        ('"run/pci.sock"', f'"{"x" * 120}"', "the path of the socket is too long: Linux allows 107 bytes"),
        ('"sounds"', '"nothing"', "the folder of sounds is not there"),
        ("[asterisk]", "[asterisk", "not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_setting(folder: Path, old: str, new: str, said: str) -> None:
    message = problems(folder, GOOD.replace(old, new))
    assert said in message
    assert str(folder / "pci.toml") in message
    assert "ari-pass" not in message


def test_every_mistake_is_named_at_once(folder: Path) -> None:
    message = problems(folder, GOOD.replace('"simulator"', '"bogus"').replace('username = "pci"', 'username = ""'))
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_secret_file_that_others_can_read_is_refused_with_the_mend(folder: Path, mode: int) -> None:
    (folder / "ari.secret").chmod(mode)
    assert f"chmod 600 {folder / 'ari.secret'}" in problems(folder, GOOD)


@pytest.mark.parametrize("content", ["", "two\nlines", "bell\x07"])
def test_a_secret_file_holds_one_line(folder: Path, content: str) -> None:
    (folder / "ari.secret").write_text(content)
    assert "must hold the secret on one line" in problems(folder, GOOD)


def test_a_file_that_is_not_there_or_far_too_long_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(folder / "none.toml")
    assert "larger than 64 KiB" in problems(folder, GOOD + "#" * 70_000)


@given(text=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_whatever_is_in_the_file_the_answer_is_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, text: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_bytes(text)
    with pytest.raises(ConfigError):
        load(path)
