"""The WebSockets of the phones in agents' pages: SIP, handed on as it is between the call side and Asterisk.

What a phone may do there is Asterisk's to say: its endpoint has a secret, and a context in which nobody is dialled.
"""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from aiohttp import WSMsgType, web

from pci.gate.asterisk import Asterisk
from pci.gate.checks import Refused
from pci.gate.request import FRAME_LIMIT

PATH: Final = "/ws"
PROTOCOL: Final = "sip"
# a page that is loaded anew comes before the old one is known to be gone
_CONNECTIONS_EACH: Final = 2
_HEARTBEAT: Final = 20.0


class Phones:
    """The connections that there are: no more than the operator's phones need, for Asterisk has a thousand in all."""

    def __init__(self, asterisk: Asterisk, phones: int) -> None:
        self._asterisk = asterisk
        self._free = phones * _CONNECTIONS_EACH

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Until either end closes; `Refused` if there are as many as there may be, or Asterisk does not answer."""
        if not self._free:
            raise Refused("too-many")
        self._free -= 1
        try:
            async with self._asterisk.phone(PATH, PROTOCOL) as far:
                near = web.WebSocketResponse(
                    protocols=(PROTOCOL,), max_msg_size=FRAME_LIMIT, heartbeat=_HEARTBEAT, compress=False
                )
                await near.prepare(request)
                await _join(near, far)
                return near
        finally:
            self._free += 1


async def _join(near: web.WebSocketResponse, far: aiohttp.ClientWebSocketResponse) -> None:
    """Hand on what comes at each end, until one of them is closed; then close the other."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_hand_on(near, far))
        tasks.create_task(_hand_on(far, near))


async def _hand_on(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    sink: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    try:
        async for message in source:
            if message.type is WSMsgType.TEXT:
                await sink.send_str(message.data)
    except ConnectionError:
        pass
    finally:
        await sink.close()
