"""Record the sound that arrives at a UDP port which belongs to another program."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

RATE = 8000
PCMU = 0
IP_WORD = 4
UDP_HEADER = 8
RTP_HEADER = 12
DATAGRAM_LIMIT = 65535


def may_listen() -> bool:
    """Whether this process may open raw sockets."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).close()
    except PermissionError:
        return False
    return True


@contextlib.contextmanager
def listening(port: int, wav: Path) -> Iterator[None]:
    """Write the µ-law RTP that arrives at `port` of 127.0.0.1 to `wav`, until the context is left."""
    loop = asyncio.get_running_loop()
    with (
        contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)) as ear,
        wave.open(str(wav), "wb") as file,
    ):
        ear.setblocking(False)
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)

        def take() -> None:
            with contextlib.suppress(BlockingIOError):
                while True:
                    file.writeframes(_samples(ear.recv(DATAGRAM_LIMIT), port))

        loop.add_reader(ear, take)
        try:
            yield
        finally:
            loop.remove_reader(ear)
            take()


def _samples(packet: bytes, port: int) -> bytes:
    """The 16-bit samples in an IP packet; none if it is not µ-law sound for `port`."""
    udp = packet[(packet[0] & 15) * IP_WORD :]
    rtp = udp[UDP_HEADER:]
    if len(rtp) <= RTP_HEADER or int.from_bytes(udp[2:4], "big") != port or rtp[1] & 127 != PCMU:
        return b""
    return b"".join(LINEAR[code] for code in rtp[RTP_HEADER:])


def _linear(code: int) -> int:
    """A µ-law code as a 16-bit sample (ITU-T G.711)."""
    code = ~code & 255
    size = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132
    return -size if code & 128 else size


LINEAR = tuple(struct.pack("<h", _linear(code)) for code in range(256))
