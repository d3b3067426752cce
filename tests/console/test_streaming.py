"""Events that come by themselves: to whoever is signed in, for as long as they are, and to no other page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from ivr.accounts.role import Role
from ivr.console import cookie, server, streaming
from ivr.console.routes import SIGNED_IN, Route
from ivr.console.streaming import Sent, stream
from ivr.console.visit import Visit
from tests.console.rig import ORIGIN, Console, Visitor, console

SOON = 60
"""Seconds that a test waits for what has to come; it comes at once."""


class Told:
    """What happens, for whoever follows."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Sent] = asyncio.Queue()

    async def follow(self, visit: Visit) -> web.StreamResponse:
        async def events() -> AsyncIterator[Sent]:
            while True:
                yield await self.queue.get()

        return await stream(visit, events())


@pytest.fixture
async def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    made = Told()
    monkeypatch.setattr(server, "ROUTES", (Route("GET", "/events", made.follow, SIGNED_IN, stream=True),))
    monkeypatch.setattr(streaming, "LOOK_SECONDS", 0.02)
    return made


@asynccontextmanager
async def following(visitor: Visitor, **headers: str) -> AsyncIterator[aiohttp.ClientResponse]:
    """The page's connection for events."""
    given = {"Host": ORIGIN.partition("//")[2], "Cookie": f"{cookie.NAME}={visitor.cookie}", **headers}
    async with visitor.http.get(f"http://127.0.0.1:{visitor.port}/events", headers=given) as response:
        yield response


async def until(response: aiohttp.ClientResponse, wanted: bytes) -> None:
    """Read until it has come."""
    async with asyncio.timeout(SOON):
        async for line in response.content:
            if wanted in line:
                return
    raise AssertionError(f"the stream ended without {wanted!r}")


async def ended(response: aiohttp.ClientResponse) -> None:
    async with asyncio.timeout(SOON):
        await response.read()


@asynccontextmanager
async def agent() -> AsyncIterator[tuple[Console, Visitor]]:
    async with console() as served:
        yield served, await served.signed_in(Role.AGENT)


async def test_given_an_event_then_it_is_on_the_page(told: Told) -> None:
    async with agent() as (_, visitor), following(visitor) as response:
        assert response.content_type == "text/event-stream"
        told.queue.put_nowait(Sent("card", "<b>4 keys</b>\n<i>more</i>"))
        await until(response, b"event: card")
        await until(response, b"data: <b>4 keys</b>")
        await until(response, b"data: <i>more</i>")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=["foreign", "other-port", "cross-site", "same-site"],
)
async def test_given_a_page_of_somebody_else_then_it_hears_nothing(told: Told, headers: dict[str, str]) -> None:
    async with agent() as (_, visitor), following(visitor, **headers) as response:
        assert response.status == 403


async def test_given_nobody_is_signed_in_then_there_are_no_events(told: Told) -> None:
    async with console() as served, following(served.visitor()) as response:
        assert response.status == 401


async def test_given_the_session_ends_then_the_page_is_told_and_the_stream_ends(told: Told) -> None:
    async with agent() as (served, visitor), following(visitor) as response:
        await until(response, b": here")
        account = await served.store.accounts.named("agent")
        assert account is not None
        await served.behind.sessions.end_all(account.id)
        await until(response, b"event: signed-out")
        await ended(response)


async def test_given_only_events_and_no_act_then_the_session_still_runs_out(told: Told) -> None:
    async with agent() as (served, visitor), following(visitor) as response:
        await until(response, b": here")
        served.clock.pass_by(minutes=15)
        await until(response, b"event: signed-out")


async def test_given_the_console_ends_then_so_does_the_stream(told: Told) -> None:
    async with agent() as (served, visitor), following(visitor) as response:
        await until(response, b": here")
        served.behind.closing.set()
        await ended(response)
