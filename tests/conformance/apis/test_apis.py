"""What every way to merchants' APIs does alike: the shipped fake, and HTTP to a server written by others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ivr.apis.api import Api
from ivr.apis.errors import AnswerUnusable, ApiUnreachable
from ivr.apis.http import HttpApis
from ivr.apis.memory import MemoryApis
from ivr.apis.port import Apis
from ivr.flow.answer import Number

ANSWERS = {
    "/customers/7": '{"number": "INV-1", "total": 125.40, "vip": true, "due": null}',
    "/customers/8?open=yes": "[]",
    "/page": "<html>",
    "/deep": "[" * 40 + "]" * 40,
}


@asynccontextmanager
async def in_memory() -> AsyncIterator[Apis]:
    apis = MemoryApis({"crm": ANSWERS})
    apis.faults["nobody"] = ApiUnreachable()
    yield apis


@asynccontextmanager
async def by_http() -> AsyncIterator[Apis]:
    async def serve(request: web.Request) -> web.Response:
        text = ANSWERS.get(str(request.rel_url))
        return web.Response(status=404) if text is None else web.Response(text=text)

    application = web.Application()
    application.router.add_get("/{path:.*}", serve)
    async with TestServer(application, host="127.0.0.1") as server:
        crm = Api(str(server.make_url("/")), timeout=30.0, allow_private=True)
        nobody = Api("http://127.0.0.1:1", timeout=30.0, retries=0, allow_private=True)
        async with HttpApis.open({"crm": crm, "nobody": nobody}) as apis:
            yield apis


@pytest.fixture(params=[in_memory, by_http], ids=["memory", "http"])
async def apis(request: pytest.FixtureRequest) -> AsyncIterator[Apis]:
    async with request.param() as opened:
        yield opened


async def test_given_an_answer_then_it_is_read_and_its_numbers_stay_as_written(apis: Apis) -> None:
    found = await apis.get("crm", "/customers/7")
    assert found == {"number": "INV-1", "total": Number("125.40"), "vip": True, "due": None}


async def test_given_a_path_with_a_query_then_both_count(apis: Apis) -> None:
    assert await apis.get("crm", "/customers/8?open=yes") == []
    assert await apis.get("crm", "/customers/8?open=no") is None


async def test_given_a_path_that_the_api_does_not_know_then_there_is_nothing(apis: Apis) -> None:
    assert await apis.get("crm", "/customers/9") is None


@pytest.mark.parametrize("path", ["/page", "/deep"])
async def test_given_something_else_than_an_answer_then_it_is_not_usable(apis: Apis, path: str) -> None:
    with pytest.raises(AnswerUnusable):
        await apis.get("crm", path)


async def test_given_nobody_there_then_it_is_unreachable(apis: Apis) -> None:
    with pytest.raises(ApiUnreachable):
        await apis.get("nobody", "/customers/7")
