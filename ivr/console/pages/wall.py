"""The supervisor's wall: what has to be seen to, calls and agents now, and what came of the calls of today."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from ivr.agents.view import Wall
from ivr.console.streaming import Sent, stream
from ivr.console.visit import Visit
from ivr.store.figures import CallOutcome

FRAGMENTS: Final = ("alerts", "now", "today", "hours", "stopped", "agents")
"""The parts of the page that are sent anew, each alone and only if it has changed."""


async def show(visit: Visit) -> web.Response:
    """The wall as it is now; `follow` keeps it so."""
    async with aclosing(visit.desk.everybody()) as walls:  # type: ignore[type-var]
        return visit.html("wall.html.jinja", **shown(await anext(walls)))


async def follow(visit: Visit) -> web.StreamResponse:
    """What changes, for as long as the page is open."""
    return await stream(visit, _changes(visit))


async def _changes(visit: Visit) -> AsyncIterator[Sent]:
    sent: dict[str, str] = {}
    async with aclosing(visit.desk.everybody()) as walls:  # type: ignore[type-var]
        async for wall in walls:
            for name in FRAGMENTS:
                html = _part(visit, name, wall)
                if sent.get(name) != html:
                    sent[name] = html
                    yield Sent(name, html)


def _part(visit: Visit, name: str, wall: Wall) -> str:
    return visit.behind.rendering.page(f"wall/{name}.html.jinja", visit=visit, t=visit.texts, **shown(wall))


def shown(wall: Wall) -> dict[str, Any]:
    """What the templates are made of."""
    return {"wall": wall, "outcomes": tuple(CallOutcome), "moment": _moment, "lasting": _lasting}


def _moment(at: datetime | None) -> str:
    """When it was, by the clock of this machine; the day only if it is not today."""
    if at is None:
        return ""
    today = at.astimezone().date() == datetime.now().astimezone().date()
    return at.astimezone().strftime("%H:%M" if today else "%Y-%m-%d %H:%M")


def _lasting(seconds: float) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
