"""ivr.toml: what is accepted, and what a person reads when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import config
from ivr.errors import ConfigError

GOOD = """
database = "ivr.db"
flows = "flows"
sounds = "/srv/sounds"

[asterisk]
gate = "run/gate.sock"

[pci]
socket = "run/pci.sock"
"""
SMPP = """
[sms]
gateway = "smpp"
sender = "+15551230000"
[sms.smpp]
host = "127.0.0.1"
port = 2775
system_id = "tonewall"
password_file = "sms.password"
"""
TWILIO = """
[sms]
gateway = "twilio"
sender = "+15551230000"
[sms.twilio]
url = "http://127.0.0.1:8088"
account_sid = "AC1"
auth_token_file = "sms.password"
"""


def write(folder: Path, text: str, *, secret: bytes = b"s3cret\n", mode: int = 0o600) -> Path:
    password = folder / "sms.password"
    password.write_bytes(secret)
    password.chmod(mode)
    file = folder / "ivr.toml"
    file.write_text(text, encoding="utf-8")
    return file


def with_sms(change: tuple[str, str]) -> str:
    """The good file, with a gateway where it is that which is changed."""
    return GOOD if change[0] in GOOD else GOOD + TWILIO


def complaint(folder: Path, text: str, **password: bytes | int) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(write(folder, text, **password))  # type: ignore[arg-type]
    return str(caught.value)


def test_given_a_good_file_then_paths_are_beside_it_and_the_secret_is_read(tmp_path: Path) -> None:
    settings = config.load(write(tmp_path, GOOD + SMPP))

    assert settings.database == tmp_path / "ivr.db"
    assert settings.sounds == Path("/srv/sounds")
    assert settings.pci.socket == tmp_path / "run/pci.sock"
    assert settings.max_calls == 200
    assert settings.asterisk.app == "ivr"
    assert settings.asterisk.gate == tmp_path / "run/gate.sock"
    assert settings.asterisk.gate_uid is None
    assert settings.sms.smpp is not None
    assert settings.sms.smpp.password.get_secret_value() == "s3cret"
    assert config.load(write(tmp_path, GOOD)).sms.gateway == "none"


def test_given_a_good_file_then_no_repr_shows_the_secret(tmp_path: Path) -> None:
    settings = config.load(write(tmp_path, GOOD + SMPP))

    assert "s3cret" not in repr(settings)
    assert "s3cret" not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ('[people.Billing]\nendpoint = "PJSIP/billing"', "people.Billing: cannot be named in a flow: use small"),
        ("[people.billing]", "people.billing.endpoint: is missing; write endpoint = … in the section"),
        ('[people.billing]\nendpoint = "billing"', "people.billing.endpoint: is whom Asterisk calls"),
        ('[people.billing]\nendpoint = "PJSIP/a,b"', "people.billing.endpoint: is whom Asterisk calls"),
        ('[people.billing]\nend_point = "PJSIP/a"', "people.billing.end_point: is not a setting known here; did"),
    ],
)
def test_given_a_person_who_cannot_be_called_then_the_section_is_named(
    tmp_path: Path, section: str, sentence: str
) -> None:
    assert sentence in complaint(tmp_path, f"{GOOD}{section}\n")


def test_given_people_then_flows_may_name_them(tmp_path: Path) -> None:
    settings = config.load(write(tmp_path, f'{GOOD}[people.billing]\nendpoint = "PJSIP/billing"\n'))
    assert list(settings.outside.named()) == [("people", "billing")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("database =", "data_base ="), "data_base: is not a setting known here; did you mean database?"),
        (("database =", "data_base ="), "database: is missing; write database = …"),
        (('socket = "run/pci.sock"', ""), "pci.socket: is missing; write socket = … in the section [pci]"),
        (('url = "http://127.0.0.1:8088"', 'url = "localhost"'), "sms.twilio.url: is an address such as http://"),
        (('"http://127', '"http://me:secret@127'), "sms.twilio.url: must not hold a user name or a password"),
        (('"sms.password"', '"nowhere"'), "sms.twilio.auth_token_file: cannot read "),
        (('"sms.password"', "7"), "sms.twilio.auth_token_file: is the path of the file that holds the secret"),
        (('"run/gate.sock"', f'"{"x" * 120}"'), "asterisk.gate: is too long: the path of a socket has at most 107"),
        (('"run/gate.sock"', '"g"\ngate_uid = -1'), "asterisk.gate_uid: must be greater than or equal to 0"),
        (("[asterisk]", '[asterisk]\nurl = "http://x"'), "asterisk.url: is not a setting known here"),
        (('"ivr.db"', '"no/such/ivr.db"'), "database: there is no folder "),
        (("database", 'max_calls = "many"\ndatabase'), "max_calls: must be a valid integer"),
        (("[pci]", "[pci]\ncharge_timeout = 0"), "pci.charge_timeout: must be greater than or equal to 1"),
        (("[pci]", "[pci"), "is not TOML: "),
        (('"run/pci.sock"', f'"{"x" * 120}"'), "pci.socket: is too long: the path of a socket has at most 107 bytes"),
        (("database", "max_calls = 0\ndatabase"), "max_calls: must be greater than or equal to 1"),
        (("[pci]", '[sms]\ngateway = "pigeon"\n[pci]'), "sms.gateway: must be 'smpp', 'twilio' or 'none'"),
        (("[pci]", '[sms]\ngateway = "smpp"\n[pci]'), 'sms: gateway = "smpp" needs a section [sms.smpp]'),
    ],
)
def test_given_a_wrong_setting_then_the_error_names_it_and_the_mend(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    assert sentence in complaint(tmp_path, with_sms(change).replace(*change))


def test_given_a_gateway_without_a_sender_then_the_error_asks_for_one(tmp_path: Path) -> None:
    text = complaint(tmp_path, GOOD + SMPP.replace('sender = "+15551230000"\n', ""))

    assert 'sms: needs a sender, such as sender = "+15551230000"' in text


def test_given_a_secret_that_others_may_read_then_the_error_gives_the_command_that_mends_it(tmp_path: Path) -> None:
    text = complaint(tmp_path, GOOD + SMPP, mode=0o640)

    assert f"chmod 600 {tmp_path / 'sms.password'}" in text
    assert "s3cret" not in text


@pytest.mark.parametrize("secret", [b"", b"\n", b"one\ntwo\n", b"x" * 5000])
def test_given_a_secret_file_that_is_not_one_line_then_it_is_refused(tmp_path: Path, secret: bytes) -> None:
    text = complaint(tmp_path, GOOD + SMPP, secret=secret)

    assert "must hold the secret on one line and nothing else" in text


def test_given_no_file_then_the_error_says_which_option_names_one(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"cannot be read: No such file or directory. Name another file with --config"
    ):
        config.load(tmp_path / "ivr.toml")


def test_given_a_huge_file_then_it_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    assert "is larger than 64 KiB" in complaint(tmp_path, GOOD + "#" * 65536)


@given(st.binary(max_size=400))
def test_given_any_bytes_then_loading_ends_in_settings_or_in_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    file = tmp_path_factory.mktemp("noise") / "ivr.toml"
    file.write_bytes(noise)

    with pytest.raises(ConfigError, match=r"ivr\.toml: "):
        config.load(file)
