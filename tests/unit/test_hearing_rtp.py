"""Packets of sound: whatever comes, nothing breaks, and what was sent in order is heard in order."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from pci.hearing.rtp import SLIN, InOrder, Packet, parse


def datagram(sequence: int, payload: bytes, *, kind: int = SLIN, first: int = 0x80, rest: bytes = b"") -> bytes:
    return bytes([first, kind]) + sequence.to_bytes(2, "big") + bytes(4) + b"\x00\x00\x00\x07" + rest + payload


def test_a_packet_is_taken_apart() -> None:
    assert parse(datagram(258, b"sound!")) == Packet(258, 7, b"sound!")


def test_what_stands_before_and_after_the_sound_is_left_out() -> None:
    two_sources, extension, padding = bytes(8), b"\xbe\xde\x00\x01" + bytes(4), b"\x00\x02"
    packet = parse(datagram(1, b"sound!" + padding, first=0x80 | 0x20 | 0x10 | 2, rest=two_sources + extension))
    assert packet == Packet(1, 7, b"sound!")


def test_another_kind_of_sound_another_protocol_and_half_a_sample_are_no_packets() -> None:
    assert parse(datagram(1, b"sound!", kind=0)) is None
    assert parse(datagram(1, b"sound!", first=0x40)) is None
    assert parse(datagram(1, b"odd")) is None
    assert parse(datagram(1, b"")) is None
    assert parse(datagram(1, bytes(4000))) is None


@given(st.binary(max_size=2100))
def test_garbage_is_a_packet_of_whole_samples_or_none(garbage: bytes) -> None:
    packet = parse(garbage)
    assert packet is None or (packet.payload and len(packet.payload) % 2 == 0 and packet.payload in garbage)


@given(st.integers(0, 65535), st.lists(st.binary(min_size=2, max_size=8), min_size=1, max_size=40), st.randoms())
def test_packets_that_overtake_each_other_a_little_or_come_twice_are_heard_in_order(
    start: int, sounds: list[bytes], chance: random.Random
) -> None:
    # given packets that are sent one after the other
    packets = [Packet((start + place) % 65536, 7, sound) for place, sound in enumerate(sounds)]
    # when some come late by up to three places, and some twice
    shuffled = sorted(range(1, len(packets)), key=lambda place: place + chance.uniform(0, 3))
    order, heard = InOrder(), []
    for place in [0, *shuffled]:
        for _ in range(chance.choice([1, 1, 2])):
            heard += order.push(packets[place])
    # then nothing is missing, and nothing is there twice
    assert heard == sounds
    assert order.lost == 0


def test_silence_takes_the_place_of_what_is_lost_so_that_time_holds() -> None:
    order = InOrder()
    heard = [sound for place in (1, 2, 4, 5, 6, 7, 8) for sound in order.push(Packet(place, 7, b"ab"))]
    assert heard == [b"ab", b"ab", bytes(2), b"ab", b"ab", b"ab", b"ab", b"ab"]
    assert order.lost == 1


def test_after_a_long_gap_it_goes_on_at_once_without_minutes_of_silence() -> None:
    order = InOrder()
    order.push(Packet(1, 7, b"ab"))
    assert order.push(Packet(20_000, 7, b"cd")) == [b"cd"]
    assert order.lost == 19_998


@given(
    st.lists(st.builds(Packet, st.integers(0, 65535), st.just(7), st.binary(min_size=2, max_size=8)), max_size=200)
)
def test_whatever_comes_little_is_kept_waiting(packets: list[Packet]) -> None:
    order = InOrder()
    for packet in packets:
        order.push(packet)
        assert len(order._waiting) <= 60
