"""Digits that come one by one, each in an event or a line of its own, are put together again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.canary import deal
from proof.hunt import Find, Hunt
from proof.hunt.sequences import Sequences

CANARIES = deal(10)
CARDS = [canary.reveal() for canary in CANARIES]
HUNT = Hunt(CANARIES)
SEQUENCES = Sequences(CANARIES)
STRANGER = deal(10)[5].reveal().pan[8:] * 2

Line = Callable[[str, str, int], str]


def ari(key: str, channel: str, at: int) -> str:
    """As it comes over a WebSocket, with the frame's header before it."""
    event = {
        "type": "ChannelDtmfReceived",
        "timestamp": f"2026-11-22T11:00:{at % 60:02}.1{at:02}+0000",
        "digit": key,
        "duration_ms": 80 + at,
        "channel": {"id": f"17638091{channel}.4", "name": f"PJSIP/caller-0000000{channel}", "state": "Up"},
    }
    return "\x81~" + json.dumps(event)


def ami(key: str, channel: str, at: int) -> str:
    return (
        f"Event: DTMFEnd\r\nPrivilege: dtmf,all\r\nChannel: PJSIP/caller-0000000{channel}\r\nChannelState: 6\r\n"
        f"Uniqueid: 17638091{channel}.4\r\nDigit: {key}\r\nDurationMs: {at}0\r\nDirection: Received\r\n\r\n"
    )


def cel(key: str, channel: str, at: int) -> str:
    return (
        f'"DTMF","17638091{at:02}.123456","","1000","PJSIP/caller-0000000{channel}","Stasis","ivr","",'
        f'"{{""digit"":""{key}"",""duration_ms"":""{at}0""}}"\n'
    )


def log(key: str, channel: str, at: int) -> str:
    return (
        f"[Nov 22 11:00:{at % 60:02}] DTMF[123][C-0000000{channel}] channel.c: DTMF begin '{key}' received on"
        f" PJSIP/caller-0000000{channel}\n"
        f"[Nov 22 11:00:{at % 60:02}] DTMF[123][C-0000000{channel}] channel.c: DTMF end '{key}' received on"
        f" PJSIP/caller-0000000{channel}, duration {at}0 ms\n"
    )


def info(key: str, channel: str, at: int) -> str:
    head = f"INFO sip:1@127.0.0.1 SIP/2.0\r\nCall-ID: call-{channel}\r\nCSeq: {at} INFO\r\n\r\n"
    return f"{head}Signal={key}\r\nDuration=160\r\n"


def rtp(key: str, channel: str, at: int) -> str:
    """Each event is sent again and again; with a debugger on, each packet is a line."""
    number = "*#".find(key) + 10 if key in "*#" else int(key)
    return "".join(
        f"Got  RTP event from    127.0.0.1:400{channel} (type 101, seq {at:06}, ts {at * 160:06}, len 000004,"
        f" mark 0, event {number:08}, end {int(packet > 4)}, duration {packet * 160:05})\n"
        for packet in range(8)
    )


def sound(key: str, channel: str, at: int) -> str:
    return f"    -- <PJSIP/caller-0000000{channel}> Playing 'digits/{key}.gsm' (language 'en')\n"


def bare(key: str, channel: str, at: int) -> str:
    return f"{key}\n"


def keyed(line: Line, keys: str, channel: str = "1") -> bytes:
    return "".join(line(key, channel, at) for at, key in enumerate(keys)).encode()


def wholes(finds: list[Find]) -> set[int | None]:
    return {find.canary for find in finds if find.encoding == "digit by digit, whole"}


EVERY = pytest.mark.parametrize("line", [ari, ami, cel, log, info, rtp, sound, bare])


@EVERY
def test_given_a_number_digit_by_digit_then_it_is_found(line: Line) -> None:
    for number, card in enumerate(CARDS):
        stream = keyed(line, f"{'' if line is rtp else '204863#1'}{card.pan}")
        finds = HUNT.events(stream, "here")
        assert wholes(finds) == {number}
        # and each find is where its first digit is
        assert all(stream[find.offset : find.offset + 1].decode() in card.pan for find in finds)


@EVERY
def test_given_another_number_digit_by_digit_then_nothing_is_found(line: Line) -> None:
    assert HUNT.events(keyed(line, f"204863#1{STRANGER}"), "here") == []


@pytest.mark.parametrize("line", [ari, ami, cel, log, sound])
def test_given_two_callers_who_key_at_the_same_time_then_both_are_found(line: Line) -> None:
    # given the lines of two channels, mixed
    streams = [[line(key, str(n + 1), at) for at, key in enumerate(CARDS[n].pan)] for n in (0, 1)]
    mixed, chance = "", random.Random(5)  # noqa: S311 - order
    while any(streams):
        mixed += chance.choice([stream for stream in streams if stream]).pop(0)
    # then each is put together
    assert wholes(HUNT.events(mixed.encode(), "here")) == {0, 1}


def test_given_other_lines_between_the_digits_then_the_number_is_found() -> None:
    noise = '{"type":"PlaybackStarted","playback":{"id":"ivr-7","media_uri":"sound:card-number"}}'
    stream = b"".join(ari(key, "1", at).encode() + noise.encode() for at, key in enumerate(CARDS[0].pan))
    assert wholes(HUNT.events(stream, "here")) == {0}


def test_given_a_number_that_breaks_off_then_its_beginning_is_found() -> None:
    assert [find.canary for find in HUNT.events(keyed(ami, CARDS[0].pan[:9]), "here")][:1] == [None]
    assert HUNT.events(keyed(ami, CARDS[0].pan[:7]), "here") == []


def test_given_expiry_and_code_digit_by_digit_then_they_are_found() -> None:
    card = CARDS[2]
    finds = HUNT.events(keyed(ari, f"{card.expiry}#{card.cvv}#"), "here")
    assert {(find.canary, find.encoding) for find in finds} == {(2, "digit by digit, expiry#code")}


def test_given_what_is_pressed_in_menus_then_nothing_is_found() -> None:
    assert HUNT.events(keyed(ari, "204863#1#204863#1#0#739#"), "here") == []


@given(before=st.text("0123456789#", max_size=12), after=st.text("0123456789#", max_size=12), again=st.integers(1, 9))
def test_a_number_is_found_in_any_keys_and_however_often_each_is_told(before: str, after: str, again: int) -> None:
    for number, card in enumerate(CARDS):
        keys = "".join(key * again for key in f"{before}x{card.pan}x{after}")
        whole = [found for found in SEQUENCES.found_in(keys) if found.encoding == "whole"]
        assert [(found.canary, found.start) for found in whole] == [(number, again * (len(before) + 1))]
