"""Snoops and external media of the fake: what a person says goes, as RTP, to a program on loopback."""

from __future__ import annotations

import socket
from array import array
from contextlib import suppress
from secrets import randbits
from typing import TYPE_CHECKING

from asterisk_ari.fake.parts import FakeChannel, Refusal

if TYPE_CHECKING:
    from asterisk_ari.fake.exchange import Exchange

_SLIN = 10  # the payload type that Asterisk gives to 16-bit samples
_SAMPLES = 160  # 20 ms


class FakeMedia:
    """Sends sound to one address, packet by packet. `sound` is 16-bit samples, the low byte first."""

    def __init__(self, destination: str) -> None:
        host, colon, port = destination.rpartition(":")
        if not colon or not port.isdecimal():
            raise Refusal(400, "external_host must be <host>:<port> for all transports other than websocket")
        self._destination = (host, int(port))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._source = randbits(32)
        self._sequence = randbits(16)
        self._time = randbits(32)

    @property
    def variables(self) -> dict[str, str]:
        """Where the packets come from, as ARI tells it."""
        host, port = self._socket.getsockname()
        return {"UNICASTRTP_LOCAL_PORT": str(port), "UNICASTRTP_LOCAL_ADDRESS": host}

    def send(self, sound: bytes) -> None:
        """Send all of it at once. What nobody takes is lost, as packets are."""
        samples = array("h", sound)
        samples.byteswap()
        for start in range(0, len(samples), _SAMPLES):
            header = (2 << 30 | _SLIN << 16 | self._sequence).to_bytes(4, "big")
            whole = header + self._time.to_bytes(4, "big") + self._source.to_bytes(4, "big")
            with suppress(OSError):
                self._socket.sendto(whole + samples[start : start + _SAMPLES].tobytes(), self._destination)
            self._sequence = (self._sequence + 1) % 2**16
            self._time = (self._time + _SAMPLES) % 2**32

    def close(self) -> None:
        """Give the port up."""
        self._socket.close()


def snoop(exchange: Exchange, snoop_id: str, channel: FakeChannel, app_name: str) -> FakeChannel:
    """A channel that hears the person at the far end of another, for as long as that one lives."""
    if snoop_id in exchange.channels:
        raise Refusal(500, "Snoop channel could not be created")
    made = exchange.new_channel(snoop_id, f"Snoop/{channel.id}-{len(exchange.channels):08x}", "s", "")
    made.state, made.snoops_on = "Up", channel
    exchange.enter(made, app_name, [])
    return made


def external_media(exchange: Exchange, channel_id: str, app_name: str, destination: str) -> FakeChannel:
    """A channel whose far end is a program."""
    if channel_id in exchange.channels:
        raise Refusal(500, "An internal error prevented this request from being handled")
    media = FakeMedia(destination)
    made = exchange.new_channel(channel_id, f"UnicastRTP/{destination}-0x{len(exchange.channels):x}", "s", "")
    made.state, made.media = "Up", media
    exchange.enter(made, app_name, [])
    return made


def speak(exchange: Exchange, channel: FakeChannel, sound: bytes) -> None:
    """The person at the far end says something: it goes to the programs that are bridged with a snoop on them."""
    for made in exchange.channels.values():
        for other in made.bridge.members if made.snoops_on is channel and made.bridge else ():
            if other.media is not None:
                other.media.send(sound)


def ended(exchange: Exchange, channel: FakeChannel) -> None:
    """A channel is gone: so is its far end, and every snoop on it, which goes without a word of its hang-up."""
    if channel.media is not None:
        channel.media.close()
    for made in [other for other in exchange.channels.values() if other.snoops_on is channel]:
        made.cause = channel.cause
        exchange.leave_bridge(made)
        if made.app is not None:
            exchange.exit(made, made.app)
        del exchange.channels[made.id]
