"""Which events the call side is told: those of its own channels, while they are its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.gate.told import MOST_CHANNELS, TOLD, Told

CHANNEL, LEG = "1.0", "ivr-leg"


def event(kind: str, channel: str = CHANNEL, app: str = "ivr", at: float = 100.0, **more: object) -> str:
    """An event that Asterisk dates to so many seconds since 1970."""
    when = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return json.dumps({"type": kind, "timestamp": when, "application": app, "channel": {"id": channel}, **more})


def key(channel: str = CHANNEL, duration_ms: int = 100, at: float = 101.0) -> str:
    return event("ChannelDtmfReceived", channel, at=at, digit="4", duration_ms=duration_ms)


def playback(name: str, target: str) -> str:
    return json.dumps(
        {"type": "PlaybackFinished", "application": "ivr", "playback": {"id": name, "target_uri": target}}
    )


def told(*frames: str) -> Told:
    """What has taken in these events. The connection began at 100 s."""
    it = Told("ivr", lambda: 100.0)
    for frame in frames:
        it.passes(frame)
    return it


def test_given_a_channel_inside_then_its_keys_are_told_until_it_leaves() -> None:
    it = told(event("StasisStart"))
    assert it.passes(key())
    assert it.passes(event("StasisEnd"))
    assert not it.passes(key())


def test_given_a_channel_that_never_came_then_nothing_of_it_is_told() -> None:
    it = told()
    for kind in TOLD.keys() - {"StasisStart", "ChannelDestroyed", "ApplicationReplaced"}:
        more: dict[str, Any] = {
            "digit": "4",
            "duration_ms": 0,
            "playback": {"id": "p", "target_uri": ""},
        }
        assert not it.passes(event(kind, **more)), kind


def test_given_a_key_that_was_pressed_before_its_channel_came_back_then_it_is_not_told_however_late_we_read_it() -> (
    None
):
    it = told(event("StasisStart"), event("StasisEnd"))
    assert it.passes(event("StasisStart", at=160))
    assert not it.passes(key(at=161, duration_ms=1001))
    assert it.passes(key(at=161, duration_ms=999))
    assert not it.passes(key(at=159)), "of the second subscription that a called leg has, which comes by another way"


def test_given_what_was_found_at_the_start_then_it_counts_as_inside_and_the_card_sides_do_not() -> None:
    it = told()
    it.begin({CHANNEL}, {LEG, "2.0"})
    assert it.passes(key())
    assert not it.passes(key(at=100.05))
    assert not it.passes(event("ChannelHangupRequest", LEG))
    assert not it.passes(event("ChannelHangupRequest", "2.0"))


def test_given_a_leg_that_is_being_called_then_its_hang_up_is_told_but_no_key_and_nothing_once_it_was_taken() -> None:
    it = told()
    assert it.passes(event("ChannelHangupRequest", LEG))
    assert not it.passes(key(LEG))
    it.passes(event("StasisStart", LEG))
    it.passes(event("StasisEnd", LEG))
    assert not it.passes(event("ChannelHangupRequest", LEG))
    assert it.passes(event("ChannelDestroyed", LEG)), "nothing of it is left"


def test_given_playbacks_then_only_the_call_sides_own_are_told() -> None:
    it = told(event("StasisStart"))
    assert it.passes(playback("ivr-p", f"channel:{CHANNEL}"))
    assert it.passes(playback("ivr-p", "bridge:ivr-b"))
    for name, target in (("p", f"channel:{CHANNEL}"), ("ivr-p", "channel:2.0"), ("ivr-p", "bridge:b"), ("ivr-p", "")):
        assert not it.passes(playback(name, target))


@pytest.mark.parametrize("kind", ["ChannelVarset", "ChannelEnteredBridge", "RESTResponse", "DeviceStateChanged", ""])
def test_given_a_type_that_is_not_in_the_table_then_it_is_not_told(kind: str) -> None:
    assert not told(event("StasisStart")).passes(event(kind))


def test_given_an_event_of_another_application_then_it_is_not_told() -> None:
    it = told(event("StasisStart", app="pci"))
    assert it.inside == {}
    assert not it.passes(event("ApplicationReplaced", app="pci"))


def test_given_more_channels_than_are_kept_then_one_more_is_not_told() -> None:
    it = told()
    it.begin(map(str, range(MOST_CHANNELS)), ())
    assert not it.passes(event("StasisStart", "one-more"))
    assert len(it.inside) == MOST_CHANNELS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(
    st.sampled_from(["channel", "bridge", "playback", "digit", "duration_ms", "args"]),
    JSON | st.fixed_dictionaries({"id": JSON, "target_uri": JSON}),
)


@given(st.sampled_from([*TOLD, "Other"]) | JSON, FIELDS)
def test_given_any_event_then_judging_it_never_fails_and_no_key_of_a_channel_outside_is_told(
    kind: object, fields: dict[str, object]
) -> None:
    it = told()
    passed = it.passes(json.dumps({"type": kind, "application": "ivr", **fields}))
    assert not (passed and kind == "ChannelDtmfReceived")


@given(st.text() | st.binary())
def test_given_anything_at_all_for_a_frame_then_it_is_judged(frame: str | bytes) -> None:
    assert not told().passes(frame)
