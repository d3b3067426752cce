"""The HTTP road to Asterisk: many requests that wait there hold up no other."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.test_utils import TestServer

from asterisk_ari import AriLogin
from asterisk_ari.road import HttpRoad, open_session

MANY = 200


async def test_given_many_requests_that_asterisk_does_not_answer_yet_then_one_more_is_answered() -> None:
    waiting = asyncio.Semaphore(0)

    async def slow(_: web.Request) -> web.Response:
        waiting.release()
        await asyncio.Event().wait()
        raise AssertionError

    async def quick(_: web.Request) -> web.Response:
        return web.json_response([])

    app = web.Application()
    app.router.add_get("/ari/slow", slow)
    app.router.add_get("/ari/quick", quick)
    async with TestServer(app) as server, asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        login = AriLogin(str(server.make_url("/")), "gate", "s3cret")
        async with open_session(login, 30.0) as session:
            road = HttpRoad(session, login)
            begun = [tasks.create_task(road.exchange("GET", "slow", {}, None)) for _ in range(MANY)]
            for _ in begun:
                await waiting.acquire()
            assert await road.exchange("GET", "quick", {}, None) == (200, b"[]")
            for task in begun:
                task.cancel()
