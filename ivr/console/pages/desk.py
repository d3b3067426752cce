"""An agent's working page: their status, the call that they have, the card that is keyed as dots."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from ivr.agents.errors import AgentError
from ivr.agents.view import AgentView
from ivr.console.acting import ACTS
from ivr.console.spoken import said
from ivr.console.streaming import Sent, stream
from ivr.console.usable import usable
from ivr.console.visit import Visit
from ivr.money import CURRENCIES

FRAGMENTS: Final = ("status", "call", "card", "acts")
"""The parts of the page that are sent anew, each alone and only if it has changed: nothing that is typed is lost."""


async def show(visit: Visit) -> web.Response:
    """The page as it is now; `follow` keeps it so."""
    async with aclosing(visit.desk.watch(visit.who.name)) as views:  # type: ignore[type-var]
        view = await anext(views)
    return visit.html("desk.html.jinja", **_shown(view))


async def follow(visit: Visit) -> web.StreamResponse:
    """What changes, for as long as the page is open."""
    return await stream(visit, _changes(visit))


async def act(visit: Visit) -> web.Response:
    """Do what a button says. What came of it is told by `follow`; a refusal says what happened and what to do."""
    do = ACTS.get(visit.request.match_info["act"])
    if do is None:
        raise web.HTTPNotFound
    try:
        await do(visit.desk, visit.who, visit.form)
    except AgentError as refused:
        return _told(visit, refused)
    if visit.request.headers.get("HX-Request"):
        return web.Response(status=204)
    return visit.see("/desk")


async def _changes(visit: Visit) -> AsyncIterator[Sent]:
    seen: dict[str, object] = {}
    sent: dict[str, str] = {}
    async with aclosing(visit.desk.watch(visit.who.name)) as views:  # type: ignore[type-var]
        async for view in views:
            for name, what in _made_of(view).items():
                if seen.get(name) == what:
                    continue
                seen[name] = what
                html = said(view, visit.texts) if name == "said" else _fragment(visit, name, view)
                if sent.get(name) != html:
                    sent[name] = html
                    yield Sent(name, html)


def _made_of(view: AgentView) -> dict[str, object]:
    """What each part shows. A key that is pressed changes the card alone, and the rest is not made anew for it."""
    call, can = view.call, usable(view)
    bare = (replace(call, payment=None, earlier=()), call.shown) if call else view.status
    return {
        "status": (replace(view, call=None), can),
        "call": bare,
        "card": (call, can),
        "acts": (bare, can),
        "said": view,
    }


def _fragment(visit: Visit, name: str, view: AgentView) -> str:
    return visit.behind.rendering.page(f"desk/{name}.html.jinja", visit=visit, t=visit.texts, **_shown(view))


def _shown(view: AgentView) -> dict[str, Any]:
    return {"view": view, "call": view.call, "can": usable(view), "currencies": CURRENCIES}


def text_of(refused: AgentError) -> str:
    """The text that says it in the language of the page: `error-not-now` for NotNow."""
    return "error" + re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", type(refused).__name__)


def _told(visit: Visit, refused: AgentError) -> web.Response:
    """In the place beside what was sent, if the form has one; a lone button has named its own."""
    answer = visit.html("desk/refused.html.jinja", 422, problem=text_of(refused))
    answer.headers["HX-Reswap"] = "innerHTML"
    if (place := visit.form.get("told", "")).isidentifier():
        answer.headers["HX-Retarget"] = f"global #{place}"
    return answer
