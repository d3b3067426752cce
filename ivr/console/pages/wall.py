"""The supervisor's wall: calls, captures, agents and queues now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from aiohttp import web

from ivr.agents.view import Wall
from ivr.console.streaming import Sent, stream
from ivr.console.visit import Visit


async def show(visit: Visit) -> web.Response:
    """The wall as it is now; `follow` keeps it so."""
    async with aclosing(visit.desk.everybody()) as walls:  # type: ignore[type-var]
        return visit.html("wall.html.jinja", wall=await anext(walls))


async def follow(visit: Visit) -> web.StreamResponse:
    """What changes, for as long as the page is open."""
    return await stream(visit, _changes(visit))


async def _changes(visit: Visit) -> AsyncIterator[Sent]:
    async with aclosing(visit.desk.everybody()) as walls:  # type: ignore[type-var]
        async for wall in walls:
            yield Sent("wall", _part(visit, wall))


def _part(visit: Visit, wall: Wall) -> str:
    return visit.behind.rendering.page("wall-now.html.jinja", visit=visit, t=visit.texts, wall=wall)
