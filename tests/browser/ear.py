"""What reaches the phone in a page, and the keys in it: the ears of the leak proof, put into the page (ear.js).

Listened to are the packets of the other end before they are decoded, for telephone events (RFC 4733) and for tones
from 12 ms on, and once more the sound that the page plays, into which Chromium itself would turn an event.
"""

from __future__ import annotations

import asyncio
import base64
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.async_api import Page

from proof.hunt.rtp import Leg, Packet, legs_in
from proof.hunt.tones import Samples, tones_in

SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
RATE = 8000  # of the packets, samples a second
PATIENCE = 60.0
TRAILING = 2.0  # seconds of sound without a key until it is certainly over


@dataclass(frozen=True, slots=True)
class Heard:
    """The keys in one part of a call: told as events, heard as tones in the packets, heard in what was played."""

    events: str
    tones: str
    played: str
    packets: int
    seconds: float
    """Of sound that was played."""
    quiet: float
    """Of these what came after the last key, in seconds; 0 if there was no key."""


async def begin(page: Page, part: str) -> None:
    """What comes from now on is of this part of the call."""
    await page.evaluate("part => ear.begin(part)", part)


async def heard(page: Page, part: str) -> Heard:
    """The keys in a part of the call so far."""
    got = await page.evaluate("part => ear.heard(part)", part)
    legs = legs_in(_rebuilt(*packet) for packet in got["packets"])
    return await asyncio.to_thread(
        lambda: _listened(legs, _samples(got["sound"], got["rate"]), len(got["packets"])),
    )


async def hears_key(page: Page, part: str, seconds: float = PATIENCE) -> Heard:
    """The same, once a key was heard in what is played and is over; TimeoutError if that is not so in `seconds`."""
    async with asyncio.timeout(seconds):
        while (now := await heard(page, part)).quiet < TRAILING:
            await asyncio.sleep(0.3)
    return now


def _listened(legs: list[Leg], played: Samples, packets: int) -> Heard:
    events = "".join(key for leg in legs for key, _ in leg.events)
    tones = "".join(tone.key for leg in legs for tone in tones_in(leg.samples(), RATE))
    keys, seconds = list(tones_in(played, RATE)), len(played) / RATE
    quiet = seconds - (keys[-1].start + keys[-1].length) / 1000 if keys else 0
    return Heard(events, tones, "".join(tone.key for tone in keys), packets, seconds, quiet)


def _rebuilt(kind: int, number: int | None, stamp: int, source: int, content: str) -> Packet:
    """A packet as it was on the wire, in the clear."""
    header = struct.pack(">BBHII", 0x80, kind, (number or 0) & 0xFFFF, stamp & 0xFFFFFFFF, source & 0xFFFFFFFF)
    return Packet(stamp / RATE, b"", header + base64.b64decode(content))


def _samples(sound: str, rate: int) -> Samples:
    """What was played, at the rate of a telephone: it came from one, so that nothing is lost."""
    samples = np.frombuffer(base64.b64decode(sound), "<i2")
    return samples[:: max(1, rate // RATE)]
