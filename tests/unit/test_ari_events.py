"""Events from JSON: what is read, what is not, and that nothing whatever makes the parser fail or tell a key."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_ari import (
    ApplicationMoveFailed,
    ApplicationReplaced,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelLeftBridge,
    PlaybackFinished,
    PlaybackStarted,
    StasisEnd,
    StasisStart,
    Unknown,
)
from asterisk_ari.events import Event, RestResponse, parse

CHANNEL = {
    "id": "call-a",
    "name": "PJSIP/anonymous-0001",
    "state": "Up",
    "caller": {"name": "Ann", "number": "+15550100"},
    "connected": {"name": "", "number": ""},
    "dialplan": {"context": "incoming", "exten": "1000", "priority": 1},
    "language": "en",
}
BRIDGE = {"id": "bridge-a", "bridge_type": "mixing", "technology": "simple_bridge", "channels": ["call-a"]}
PLAYBACK = {"id": "play-a", "target_uri": "channel:call-a", "state": "done", "media_uri": "sound:hello"}
WHOLE: dict[str, dict[str, object]] = {
    "StasisStart": {"channel": CHANNEL, "args": ["back", "c-a"]},
    "StasisEnd": {"channel": CHANNEL},
    "ChannelDtmfReceived": {"channel": CHANNEL, "digit": "4", "duration_ms": 100},
    "ChannelHangupRequest": {"channel": CHANNEL, "cause": 16},
    "ChannelDestroyed": {"channel": CHANNEL, "cause": 16, "cause_txt": "Normal Clearing"},
    "ChannelStateChange": {"channel": CHANNEL},
    "PlaybackStarted": {"playback": PLAYBACK},
    "PlaybackFinished": {"playback": PLAYBACK},
    "ChannelEnteredBridge": {"channel": CHANNEL, "bridge": BRIDGE},
    "ChannelLeftBridge": {"channel": CHANNEL, "bridge": BRIDGE},
    "ApplicationMoveFailed": {"channel": CHANNEL, "destination": "pci", "args": []},
    "ApplicationReplaced": {},
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def event(kind: str, **changed: object) -> Event:
    found = parse(json.dumps({"type": kind, "application": "ivr", **WHOLE.get(kind, {}), **changed}))
    assert not isinstance(found, RestResponse)
    return found


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("StasisEnd", StasisEnd("call-a")),
        ("ChannelDtmfReceived", ChannelDtmfReceived("call-a", "4", 100)),
        ("ChannelHangupRequest", ChannelHangupRequest("call-a", 16)),
        ("ChannelDestroyed", ChannelDestroyed("call-a", 16)),
        ("ChannelEnteredBridge", ChannelEnteredBridge("call-a", "bridge-a")),
        ("ChannelLeftBridge", ChannelLeftBridge("call-a", "bridge-a")),
        ("ApplicationMoveFailed", ApplicationMoveFailed("call-a", "pci")),
        ("ApplicationReplaced", ApplicationReplaced()),
    ],
)
def test_given_an_event_then_it_is_read(kind: str, expected: Event) -> None:
    assert event(kind) == expected


def test_given_a_stasis_start_then_the_channel_and_its_arguments_are_read() -> None:
    start = event("StasisStart")

    assert isinstance(start, StasisStart)
    assert (start.channel_id, start.args, start.found) == ("call-a", ("back", "c-a"), False)
    assert (start.channel.dialled, start.channel.caller_number, start.channel.state) == ("1000", "+15550100", "Up")


def test_given_a_playback_then_its_channel_is_that_which_hears_it() -> None:
    finished = event("PlaybackFinished")
    to_a_bridge = event("PlaybackStarted", playback=PLAYBACK | {"target_uri": "bridge:bridge-a"})

    assert isinstance(finished, PlaybackFinished)
    assert (finished.channel_id, finished.playback.id, finished.playback.state) == ("call-a", "play-a", "done")
    assert isinstance(to_a_bridge, PlaybackStarted)
    assert to_a_bridge.channel_id is None


def test_given_a_hang_up_without_a_cause_then_the_cause_is_nought() -> None:
    without = {"type": "ChannelHangupRequest", "channel": CHANNEL}

    assert parse(json.dumps(without)) == ChannelHangupRequest("call-a", 0)


def test_given_a_type_without_a_class_then_it_is_unknown_and_names_its_channel() -> None:
    assert event("ChannelVarset", channel=CHANNEL) == Unknown("ChannelVarset", "call-a")
    assert event("BridgeCreated", bridge=BRIDGE) == Unknown("BridgeCreated", None)


@pytest.mark.parametrize("kind", [kind for kind, fields in WHOLE.items() if fields])
def test_given_an_event_without_one_of_its_parts_then_it_is_malformed(kind: str) -> None:
    read_by_us = set(WHOLE[kind]) - {"cause_txt"} - ({"cause"} if kind == "ChannelHangupRequest" else set())
    for part in read_by_us - ({"args"} if kind == "ApplicationMoveFailed" else set()):
        rest = {name: value for name, value in WHOLE[kind].items() if name != part}

        found = parse(json.dumps({"type": kind, **rest}))

        assert isinstance(found, Unknown)
        assert (found.type, found.malformed) == (kind, True)


@pytest.mark.parametrize("digit", ["", "44", "x", 4, None, ["4"], {"4": 4}])
def test_given_a_key_that_is_none_then_the_event_is_malformed_and_names_its_channel(digit: object) -> None:
    assert event("ChannelDtmfReceived", digit=digit) == Unknown("ChannelDtmfReceived", "call-a", malformed=True)


@pytest.mark.parametrize(
    "frame",
    [
        *("", "{", "null", "[]", '"StasisEnd"', "4111", "{}", '{"type": 4}', '{"type": "4111"}'),
        *('{"type": "A' + "a" * 70 + '"}', "[" * 100_000, '{"type": "StasisEnd", "channel": ' * 5_000),
        *(b"\xff\xfe\x00", b'{"type": "\xc3\x28"}', '{"type": "StasisEnd", "channel": {"id": "' + "x" * 9000 + '"}}'),
        *("1" * 5000, '{"type": "ChannelDestroyed", "channel": {"id": "a"}, "cause": 1e999}'),
    ],
)
def test_given_a_frame_that_is_no_event_then_it_is_malformed(frame: str | bytes) -> None:
    found = parse(frame)

    assert isinstance(found, Unknown)
    assert found.malformed


@given(st.text() | st.binary())
def test_given_any_text_or_bytes_then_the_parser_does_not_fail(frame: str | bytes) -> None:
    parse(frame)


@given(
    st.sampled_from(sorted(WHOLE)),
    st.dictionaries(st.sampled_from(["channel", "args", "digit", "cause"]), json_values),
)
def test_given_any_parts_then_the_parser_does_not_fail(kind: str, parts: dict[str, object]) -> None:
    parse(json.dumps({"type": kind, **WHOLE[kind], **parts}))


@given(
    st.sampled_from(sorted(WHOLE)),
    st.dictionaries(st.sampled_from(["id", "caller", "dialplan", "name"]), json_values),
)
def test_given_any_channel_then_the_parser_does_not_fail(kind: str, parts: dict[str, object]) -> None:
    found = parse(json.dumps({"type": kind, **WHOLE[kind], "channel": {**CHANNEL, **parts}}))

    assert not isinstance(found, RestResponse)
    assert isinstance(found.channel_id, str | None)


@given(st.text("0123456789*#ABCD", min_size=1, max_size=1))
def test_given_a_pressed_key_then_no_repr_tells_it(digit: str) -> None:
    pressed = event("ChannelDtmfReceived", digit=digit, duration_ms=0)

    assert isinstance(pressed, ChannelDtmfReceived)
    assert pressed.digit == digit
    assert repr(pressed) == str(pressed) == "ChannelDtmfReceived(channel_id='call-a', duration_ms=0)"


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_given_any_event_then_no_repr_tells_a_number(kind: str) -> None:
    shown = repr(event(kind, duration_ms=0, cause=0))

    assert "1000" not in shown
    assert "5550100" not in shown
    assert "hello" not in shown


def test_given_a_malformed_event_then_nothing_of_it_is_kept() -> None:
    found = event("ChannelDtmfReceived", digit="4111111111111111")

    assert "4111" not in repr(found)
