"""gate.toml: what is accepted, what it means for the table, and what a person reads when it is wrong."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_ari import AriLogin
from pci.capture.fields import PARTING, PROMPTS, SPOKEN_PROMPTS
from pci.config import read
from pci.contract import Brand
from pci.errors import ConfigError
from pci.gate.config import CARD_PROMPTS, GateSettings
from tests.standins.gated import write_gate_settings

LOGIN = AriLogin("http://127.0.0.1:8088", "gate", "s3cret")


def settings(folder: Path, extra: str = "") -> GateSettings:
    return read(write_gate_settings(folder, LOGIN, extra), GateSettings)


def complaint(folder: Path, change: tuple[str, str], extra: str = "") -> str:
    file = write_gate_settings(folder, LOGIN, extra)
    file.write_text(file.read_text().replace(*change))
    with pytest.raises(ConfigError) as caught:
        read(file, GateSettings)
    return str(caught.value)


def test_given_a_good_file_then_paths_are_beside_it_and_the_secret_is_in_no_repr(tmp_path: Path) -> None:
    good = settings(tmp_path)
    assert (good.socket, good.card_side) == (tmp_path / "gate.sock", tmp_path / "pci.sock")
    assert good.asterisk.password.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(good)
    assert (good.app, good.card_side_app) == ("ivr", "pci")
    assert (good.policy.endpoints, good.policy.contexts) == ((), frozenset())


def test_given_the_sounds_then_recordings_in_them_may_be_played_and_those_that_ask_for_a_card_may_not(
    tmp_path: Path,
) -> None:
    may_play = settings(tmp_path).policy.recordings.fullmatch
    folder = tmp_path / "sounds"
    for name in ("en/welcome", "welcome", "en/card-number-of-the-account"):
        assert may_play(f"sound:{folder}/{name}"), name
    for name in ("../x", "en/../../x", "en//x", "en/", "", "en/x.wav", "en/x y", "en/x,sound:beep", "en/x\n"):
        assert not may_play(f"sound:{folder}/{name}"), name
    for prompt in CARD_PROMPTS:
        assert not may_play(f"sound:{folder}/en/{prompt}"), prompt
        assert not may_play(f"sound:{folder}/{prompt}"), prompt
    assert {"card-number", "expiry", "security-code-3", "secure-line", "entry-restarted"} <= CARD_PROMPTS
    assert may_play(f"sound:{folder}/en/line-gap"), "the call side says so too, and nobody keys a card for it"
    assert not may_play(f"sound:{tmp_path}/welcome")


def test_of_all_that_a_capture_may_say_the_call_side_can_have_played_only_what_asks_for_nothing() -> None:
    said_by_both = {f"digit-{digit}" for digit in range(10)} | {f"brand-{brand}" for brand in Brand}
    asks_for_nothing = {"is-that-right", "ending-in", "not-sure-what-was-said", "line-gap", *chain(*PARTING.values())}
    assert said_by_both | asks_for_nothing >= (PROMPTS | SPOKEN_PROMPTS) - CARD_PROMPTS
    assert {"say-card-number", "say-security-code", "say-group-2", "keypad-may-be-easier"} <= CARD_PROMPTS


def test_given_endpoints_then_a_star_stands_for_a_phone_number_and_for_nothing_else(tmp_path: Path) -> None:
    extra = '[originate]\nendpoints = ["PJSIP/agent.1", "PJSIP/*@trunk"]\ncontexts = ["agents"]\n'
    policy = settings(tmp_path, extra).policy

    def may_call(endpoint: str) -> bool:
        return any(form.fullmatch(endpoint) for form in policy.endpoints)

    assert all(map(may_call, ("PJSIP/agent.1", "PJSIP/+48221112233@trunk")))
    assert not any(
        map(may_call, ("PJSIP/agentx1", "PJSIP/@trunk", "PJSIP/a@trunk", "PJSIP/1@other@trunk", "PJSIP/1@trunk\n"))
    )
    assert policy.contexts == {"agents"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("card_side =", "cardside ="), "cardside: there is no such setting; did you mean card_side?"),
        (("card_side =", "cardside ="), "card_side: is missing; write card_side = …"),
        (('socket = "gate.sock"', f'socket = "{"x" * 120}"'), "socket: the path of the socket is too long"),
        (("/sounds", "/nowhere"), "the folder of sounds is not there"),
        (('"gate.secret"', '"nowhere"'), "asterisk.password_file: "),
        (("http://127", "http://me:secret@127"), "asterisk.url: must be an address without a login"),
        (("[asterisk]", 'app = "pci"\n[asterisk]'), "app and card_side_app must be two applications"),
        (("[asterisk]", '[originate]\nendpoints = ["PJSIP/*@*"]\n[asterisk]'), "must be such as PJSIP/agent-1"),
        (("[asterisk]", '[originate]\ncontexts = ["a b"]\n[asterisk]'), "originate.contexts"),
    ],
)
def test_given_a_wrong_setting_then_the_error_names_it_and_the_mend(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    told = complaint(tmp_path, change)
    assert sentence in told
    assert "s3cret" not in told


@given(st.binary(max_size=300))
def test_given_any_bytes_then_reading_ends_in_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    file = tmp_path_factory.mktemp("noise") / "gate.toml"
    file.write_bytes(noise)
    with pytest.raises(ConfigError):
        read(file, GateSettings)
