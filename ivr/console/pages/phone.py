"""The phone in an agent's page: its login, and its SIP, handed on between the page and Asterisk."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Final

import aiohttp
from aiohttp import WSMsgType, web

from ivr.agents.errors import PhoneUnreachable
from ivr.agents.page_phone import PROTOCOL
from ivr.console.streaming import LOOK_SECONDS
from ivr.console.visit import Visit

_MOST_BYTES: Final = 64 * 1024
_HEARTBEAT: Final = 20.0


async def login(visit: Visit) -> web.Response:
    """A login that is good until the next page asks for one; 404 if this agent's calls ring elsewhere."""
    phones = visit.behind.phones
    try:
        given = await phones.login(visit.who.name) if phones else None
    except PhoneUnreachable:
        raise web.HTTPServiceUnavailable from None
    if given is None:
        raise web.HTTPNotFound
    return web.json_response({"name": given.name, "secret": given.secret})


async def hand_on(visit: Visit) -> web.StreamResponse:
    """The page's WebSocket. It stays for a call that goes on after its session has ended, and no longer."""
    phones = visit.behind.phones
    near = web.WebSocketResponse(protocols=(PROTOCOL,), max_msg_size=_MOST_BYTES, heartbeat=_HEARTBEAT)
    if phones is None or near.can_prepare(visit.request).protocol != PROTOCOL:
        raise web.HTTPNotFound
    try:
        async with phones.line() as far:
            await near.prepare(visit.request)
            async with asyncio.TaskGroup() as tasks:
                watch = tasks.create_task(_watch(visit, near))
                outward = tasks.create_task(_copy(near, far))
                await _copy(far, near)
                for task in (watch, outward):
                    task.cancel()
    except PhoneUnreachable:
        raise web.HTTPServiceUnavailable from None
    return near


async def _copy(
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


async def _watch(visit: Visit, near: web.WebSocketResponse) -> None:
    while await visit.behind.sessions.find(visit.session) is not None or await _in_a_call(visit):
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await visit.behind.closing.wait()
                break
        except TimeoutError:
            continue
    await near.close()


async def _in_a_call(visit: Visit) -> bool:
    async with aclosing(visit.desk.watch(visit.who.name)) as views:  # type: ignore[type-var]
        return (await anext(views)).call is not None
