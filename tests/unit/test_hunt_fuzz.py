"""Broken recordings and captures are read as far as they go, or refused with a sentence."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from proof.canary import deal
from proof.hunt import Hunt
from proof.hunt.events import streams_in
from proof.hunt.rtp import legs_in, packets_in

HUNT = Hunt(deal(1))
WAV = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0"
PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)


def file_with(folder: str, name: str, data: bytes) -> Path:
    path = Path(folder) / name
    path.write_bytes(data)
    return path


@given(kept=st.integers(0, len(WAV)), rest=st.binary(max_size=400), suffix=st.sampled_from(["wav", "ulaw", "sln"]))
def test_any_bytes_are_heard_or_named(kept: int, rest: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = len(HUNT.unread)
        HUNT.audio(file_with(folder, f"call.{suffix}", WAV[:kept] + rest))
        assert len(HUNT.unread) <= before + 1


@given(packets=st.lists(st.binary(max_size=90), max_size=8), rest=st.binary(max_size=40))
def test_any_packets_are_read(packets: list[bytes], rest: bytes) -> None:
    file = PCAP + b"".join(struct.pack("<IIII", 1, 0, len(packet), len(packet)) + packet for packet in packets)
    with tempfile.TemporaryDirectory() as folder:
        for leg in legs_in(packets_in(file_with(folder, "leg.pcap", file + rest))):
            assert len(leg.samples()) >= 0


@given(
    stamps=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 127), st.binary(max_size=40)), max_size=12)
)
def test_any_rtp_is_put_in_order_within_bounds(stamps: list[tuple[int, int, bytes]]) -> None:
    file = PCAP
    for stamp, kind, body in stamps:
        rtp = struct.pack(">BBHII", 0x80, kind, 0, stamp, 7) + body
        udp = struct.pack(">HHHH", 4000, 5000, 8 + len(rtp), 0) + rtp
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, *[b"\x7f\0\0\1"] * 2) + udp
        file += struct.pack("<IIII", 1, 0, len(ip), len(ip)) + ip
    with tempfile.TemporaryDirectory() as folder:
        for leg in legs_in(packets_in(file_with(folder, "leg.pcap", file))):
            # a timestamp that jumps makes no more silence than a second
            assert len(leg.samples()) <= len(stamps) * (8000 + 40)


@given(st.binary(max_size=2000))
def test_any_stream_is_split_into_keys(data: bytes) -> None:
    for stream in streams_in(data):
        assert len(stream.keys) == len(stream.offsets)
        assert bytes(data[at] for at in stream.offsets) == bytes(stream.keys)


@given(st.binary(max_size=4000))
def test_any_bytes_are_searched(data: bytes) -> None:
    assert HUNT.bytes(data, "here") == []
    assert HUNT.bytes(b"\x1f\x8b\x08" + data, "here") == []
    assert HUNT.bytes(b"x\x9c" + data, "here") == []
