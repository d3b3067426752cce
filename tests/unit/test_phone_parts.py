"""The parts of the phones that need no phone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.errors import PhoneError, PhoneMissing
from stack.phones.ear import LINEAR, listening, may_listen
from stack.phones.phone import Progress, checked_keys, checked_number
from stack.phones.programs import Program


@given(st.text(max_size=20))
def test_keys_are_the_twelve_of_a_phone_or_refused_unnamed(keys: str) -> None:
    if keys and set(keys) <= set("0123456789*#"):
        assert checked_keys(keys) == keys
    else:
        with pytest.raises(PhoneError) as refusal:
            checked_keys(keys)
        assert str(refusal.value) == "A phone has only the keys 0 to 9, * and #"


@given(st.text(max_size=80))
def test_no_number_can_leave_its_place_in_a_sip_address(number: str) -> None:
    with contextlib.suppress(PhoneError):
        assert not set(checked_number(number)) & set("@<>;: \r\n\"'")


async def test_a_wait_ends_when_the_state_comes() -> None:
    progress = Progress("phone")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(progress.wait("answered", 5))
        await progress.tell("answered")


async def test_a_call_that_is_over_is_never_answered_any_more() -> None:
    progress = Progress("phone")
    await progress.tell("ended")
    with pytest.raises(PhoneError, match="phone: the call ended before it was answered"):
        await progress.wait("answered", 5)
    await progress.wait("ended", 5)


async def test_waiting_too_long_says_for_what() -> None:
    with pytest.raises(PhoneError, match="phone: not answered within 0 s"):
        await Progress("phone").wait("answered", 0)


def test_a_phone_that_was_not_fetched_names_the_target_that_fetches_it(tmp_path: Path) -> None:
    with pytest.raises(PhoneMissing, match="run `make peers`"):
        Program("sipp", "sip-tester").command(tmp_path)


def test_the_ear_knows_the_corners_of_g711() -> None:
    values = [struct.unpack("<h", sample)[0] for sample in LINEAR]
    assert (values[0x00], values[0x80], values[0x7F], values[0xFF]) == (-32124, 32124, 0, 0)
    assert values[0x80:] == [-value for value in values[:0x80]]
    assert values[0x80:] == sorted(values[0x80:], reverse=True)


@pytest.mark.skipif(not may_listen(), reason="raw sockets need CAP_NET_RAW")
async def test_the_ear_records_sound_for_its_port_and_nothing_else(tmp_path: Path) -> None:
    sound, key, header = bytes([0x80]) * 160, bytes([4, 0, 0, 160]), bytes(10)
    recording = tmp_path / "heard.wav"
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        here = receiver.getsockname()
        with listening(here[1], recording), contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as sender:
            for packet in (bytes([0x80, 0]) + header + sound, bytes([0x80, 96]) + header + key, b"short"):
                sender.sendto(packet, here)
                await asyncio.get_running_loop().sock_recv(receiver, 2048)
            sender.sendto(bytes([0x80, 0]) + header + sound, ("127.0.0.1", here[1] - 1))
            await asyncio.sleep(0)
    with wave.open(str(recording)) as file:
        assert file.getframerate() == 8000
        assert file.readframes(1000) == struct.pack("<h", 32124) * 160
