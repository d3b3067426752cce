"""Style sheets and scripts."""

from __future__ import annotations

from aiohttp import web

from ivr.console.assets import sent
from ivr.console.visit import Visit


async def send(visit: Visit) -> web.Response:
    """A file of `static/`."""
    return sent(visit.request.match_info["name"])
