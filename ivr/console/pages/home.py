"""The first page after signing in."""

from __future__ import annotations

from aiohttp import web

from ivr.console.visit import Visit


async def show(visit: Visit) -> web.Response:
    """What they can do from here."""
    return visit.html("home.html.jinja")
