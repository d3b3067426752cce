"""The calls that an agent had, the latest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aiohttp import web

from ivr.agents.history import History
from ivr.console.visit import Visit

DAYS: Final = 30


async def show(visit: Visit) -> web.Response:
    """Those of the last thirty days."""
    since = visit.behind.store.database.now() - timedelta(days=DAYS)
    calls = await History(visit.behind.store).of_agent(visit.who.name, since)
    return visit.html("history.html.jinja", calls=calls, days=DAYS)
