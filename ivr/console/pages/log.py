"""The log of acts: who did what, when, from where, and whether it worked."""

from __future__ import annotations

from collections import deque
from typing import Final

from aiohttp import web

from ivr.accounts.acts import Act, Check, Written
from ivr.console.visit import Visit

_ON_A_PAGE: Final = 200


async def show(visit: Visit) -> web.Response:
    """The latest acts, and whether the whole log is as it was written. That somebody looked is an act as well."""
    await visit.record(Act.LOG_READ)
    check, latest = Check(), deque[Written](maxlen=_ON_A_PAGE)
    async for acts in visit.behind.store.acts.pieces():
        check.take(acts)
        latest.extend(acts)
    return visit.html("log.html.jinja", acts=list(reversed(latest)), check=check)
