"""A SIP telephone that takes every call at once: the leg of an agent. Who keeps what is heard on it says where."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any, Final, cast

_KEPT: Final = ("Via", "From", "To", "Call-ID", "CSeq", "Record-Route")
_SDP: Final = (
    "v=0\r\no=agent 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendrecv\r\n"
)


class Answerer(asyncio.DatagramProtocol):
    """Its SIP. `called` is the port on which the first caller takes its sound, once there is one."""

    def __init__(self, media_port: int) -> None:
        self._media_port = media_port
        self._transport: asyncio.DatagramTransport | None = None
        self._contact = ""
        self.called: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def endpoint(self) -> str:
        """What Asterisk calls it by."""
        return f"PJSIP/anonymous/{self._contact}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line to Asterisk."""
        self._transport = cast(asyncio.DatagramTransport, transport)  # asyncio's own is not a subclass of it
        self._contact = f"sip:agent@127.0.0.1:{transport.get_extra_info('sockname')[1]}"

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Say yes to what needs an answer."""
        head = data.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
        verb = head[0].partition(" ")[0]
        if verb not in ("INVITE", "BYE", "CANCEL", "OPTIONS") or self._transport is None:
            return
        kept = [line for line in head[1:] if line.partition(":")[0] in _KEPT]
        kept = [f"{line};tag=agent" if line.startswith("To:") and "tag=" not in line else line for line in kept]
        body = _SDP.format(port=self._media_port) if verb == "INVITE" else ""
        if body and not self.called.done():
            self.called.set_result(int(data.partition(b"m=audio ")[2].split()[0]))
        kept += [f"Contact: <{self._contact}>", "Content-Type: application/sdp"] if body else []
        answer = "\r\n".join(["SIP/2.0 200 OK", *kept, f"Content-Length: {len(body)}", "", body])
        self._transport.sendto(answer.encode(), addr)


@asynccontextmanager
async def answering(media_port: int) -> AsyncIterator[Answerer]:
    """A telephone for as long as the block runs, whose sound goes to the UDP port `media_port`."""
    transport, answerer = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Answerer(media_port), ("127.0.0.1", 0)
    )
    with closing(transport):
        yield answerer
