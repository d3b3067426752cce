"""Each phone calls a tiny Stasis application: the keys arrive as pressed, the sound is heard."""

from __future__ import annotations

import asyncio
import contextlib
import math
import struct
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from stack.asterisk import Instance
from stack.errors import PhoneError
from stack.phones import PHONES
from tests.asterisk.conftest import PhoneMaker

TONE_HZ = 440
TONE_SECONDS = 2
RATE = 8000
TONE_LEVEL = 8000

pytestmark = [pytest.mark.peer, pytest.mark.timeout(60)]


@dataclass
class Callee:
    """Answers the call, plays a tone to it, and takes down the keys."""

    http: aiohttp.ClientSession
    events: aiohttp.ClientWebSocketResponse
    tone: Path
    channel: str = ""
    number: str = ""
    keys: str = ""
    seen: list[str] = field(default_factory=list)

    async def until(self, event_type: str) -> dict[str, Any]:
        """The next event of that type; what comes before it is taken down."""
        while True:
            event: dict[str, Any] = await self.events.receive_json()
            self.seen.append(event["type"])
            if event["type"] == "ChannelDtmfReceived":
                self.keys += event["digit"]
            if event["type"] == event_type:
                return event

    async def answer(self) -> None:
        """Take the next call and play the tone to it, to its end."""
        start = await self.until("StasisStart")
        self.channel, self.number = start["channel"]["id"], start["channel"]["dialplan"]["exten"]
        await self.post(f"/ari/channels/{self.channel}/answer")
        await self.post(f"/ari/channels/{self.channel}/play", media=f"sound:{self.tone.with_suffix('')}")
        await self.until("PlaybackFinished")

    async def post(self, path: str, **query: str) -> None:
        async with self.http.post(path, params=query) as answer:
            assert answer.status < 300, await answer.text()

    async def hang_up(self) -> None:
        async with self.http.delete(f"/ari/channels/{self.channel}") as answer:
            assert answer.status == 204


@pytest.fixture
async def callee(asterisk: Instance, tmp_path: Path) -> AsyncIterator[Callee]:
    tone = tmp_path / "tone.wav"
    with wave.open(str(tone), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        turn = 2 * math.pi * TONE_HZ / RATE
        samples = [int(TONE_LEVEL * math.sin(turn * i)) for i in range(RATE * TONE_SECONDS)]
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    login = {"Authorization": aiohttp.encode_basic_auth("gate", asterisk.gate_password)}
    async with (
        aiohttp.ClientSession(asterisk.ari_url, headers=login) as http,
        http.ws_connect("/ari/events?app=ivr") as events,
    ):
        yield Callee(http, events, tone)


def seconds_of_tone(recording: Path) -> float:
    """For how long the tone, and nothing much else, is in a recording."""
    with wave.open(str(recording)) as file:
        rate, count = file.getframerate(), file.getnframes()
        samples = struct.unpack(f"<{count}h", file.readframes(count))
    block = rate // 10
    blocks = [samples[at : at + block] for at in range(0, count - block, block)]
    return sum(is_tone(block, rate) for block in blocks) / 10


def is_tone(samples: tuple[int, ...], rate: int) -> bool:
    turn = 2 * math.pi * TONE_HZ / rate
    cosine = sum(sample * math.cos(turn * i) for i, sample in enumerate(samples))
    sine = sum(sample * math.sin(turn * i) for i, sample in enumerate(samples))
    power_of_tone = (cosine**2 + sine**2) * 2 / len(samples)
    power = sum(sample**2 for sample in samples)
    return power > len(samples) * (TONE_LEVEL / 4) ** 2 and power_of_tone > 0.9 * power


def test_the_measure_of_the_tone_tells_tone_from_noise() -> None:
    tone = tuple(int(TONE_LEVEL * math.sin(2 * math.pi * TONE_HZ * i / RATE)) for i in range(800))
    other = tuple(int(TONE_LEVEL * math.sin(2 * math.pi * 1000 * i / RATE)) for i in range(800))
    assert is_tone(tone, RATE)
    assert not is_tone(other, RATE)
    assert not is_tone((0,) * 800, RATE)


@pytest.mark.parametrize("name", PHONES)
async def test_keys_arrive_as_pressed_and_the_sound_is_heard(
    name: str, open_phone: PhoneMaker, callee: Callee
) -> None:
    async with open_phone(name) as phone:
        await phone.dial("1000")
        await callee.answer()
        await phone.wait_answered()
        await phone.press("4111#")
        await phone.press("1")
        await phone.press("1")
        await phone.hang_up()
        await phone.wait_ended()
    await callee.until("StasisEnd")
    assert callee.number == "1000"
    assert callee.keys == "4111#11"
    assert seconds_of_tone(phone.heard) >= TONE_SECONDS / 2, "a busy machine drops some of it"


@pytest.mark.parametrize("name", PHONES)
async def test_the_phone_notices_that_the_other_side_hangs_up(
    name: str, open_phone: PhoneMaker, callee: Callee
) -> None:
    async with open_phone(name) as phone:
        await phone.dial("+15551234567")
        await callee.answer()
        await phone.wait_answered()
        await callee.hang_up()
        await phone.wait_ended()
    assert callee.number == "+15551234567"


@pytest.mark.parametrize("name", PHONES)
async def test_a_call_that_nobody_takes_ends_unanswered(
    name: str, open_phone: PhoneMaker, asterisk: Instance
) -> None:
    async with open_phone(name) as phone:
        await phone.dial("1000")  # no application is registered: Asterisk answers "congestion"
        with pytest.raises(PhoneError, match="ended before it was answered"):
            await phone.wait_answered()
        await phone.wait_ended()
    assert "0 active channels" in await asterisk.cli("core show channels count")


@pytest.mark.parametrize("name", PHONES)
async def test_closing_the_phone_in_mid_call_leaves_no_program_and_no_call(
    name: str, open_phone: PhoneMaker, callee: Callee
) -> None:
    before = set(psutil.Process().children(recursive=True))
    with contextlib.suppress(ZeroDivisionError):
        async with open_phone(name) as phone:
            await phone.dial("1000")
            await callee.answer()
            await phone.wait_answered()
            started = set(psutil.Process().children(recursive=True)) - before
            raise ZeroDivisionError  # as a failing test would: it comes out as it is, in no group
    await callee.until("StasisEnd")
    assert started
    assert not [process for process in started if process.is_running()]


async def test_the_audio_of_a_call_is_on_loopback_only(
    open_phone: PhoneMaker, callee: Callee, asterisk: Instance
) -> None:
    async with open_phone("pjsua2") as phone:
        await phone.dial("1000")
        await callee.answer()
        sockets = psutil.Process(asterisk.pid).net_connections("udp")
        audio = {end.laddr.ip for end in sockets if end.laddr.port in asterisk.ports.rtp}
        await phone.hang_up()
        await callee.until("StasisEnd")
    assert audio == {"127.0.0.1"}


@pytest.mark.parametrize("name", PHONES)
async def test_keys_are_neither_in_arguments_nor_in_files(
    name: str, open_phone: PhoneMaker, callee: Callee, tmp_path: Path
) -> None:
    keys = "40000566"
    async with open_phone(name) as phone, asyncio.TaskGroup() as tasks:
        await phone.dial("1000")
        await callee.answer()
        await phone.wait_answered()
        tasks.create_task(phone.press(keys))
        arguments = [process.cmdline() for process in psutil.Process().children(recursive=True)]
        await callee.until("ChannelDtmfReceived")
    assert arguments
    assert keys not in str(arguments)
    for file in (file for file in (tmp_path / name).rglob("*") if file.is_file()):
        assert keys.encode() not in file.read_bytes(), file.name


async def test_what_no_phone_can_dial_or_press_is_refused(open_phone: PhoneMaker) -> None:
    async with open_phone("pjsua2") as phone:
        with pytest.raises(PhoneError, match="Not a number"):
            await phone.dial("1000@elsewhere.example")
        with pytest.raises(PhoneError, match="only the keys") as refusal:
            await phone.press("411x")
    assert "411" not in str(refusal.value)
