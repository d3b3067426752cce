"""The log of acts: who did what, when, from where, and whether it worked."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from ivr.accounts.acts import Act, first_changed
from ivr.console.visit import Visit

_ON_A_PAGE: Final = 200


async def show(visit: Visit) -> web.Response:
    """The latest acts, and whether the whole log is as it was written. That somebody looked is an act as well."""
    await visit.record(Act.LOG_READ)
    acts = await visit.behind.store.acts.all()
    latest = list(reversed(acts[-_ON_A_PAGE:]))
    return visit.html("log.html.jinja", acts=latest, changed=first_changed(acts), many=len(acts))
