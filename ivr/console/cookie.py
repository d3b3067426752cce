"""The one cookie. Its value is random; what a session is, only the server knows."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from ivr.accounts.account import Account
from ivr.accounts.keyed import digest_of, fresh
from ivr.console.visit import Visit

NAME: Final = "__Host-tonewall"
_OURS: Final = re.compile(r"[\w-]{32,64}", re.ASCII)


def value(request: web.Request) -> str:
    """What the browser sent; empty if nothing that can be ours."""
    sent = request.cookies.get(NAME, "")
    return sent if _OURS.fullmatch(sent) else ""


def put(response: web.StreamResponse, cookie: str) -> web.StreamResponse:
    """Give the browser this one. It ends with the browser, and with the session on the server before that."""
    response.set_cookie(NAME, cookie, path="/", secure=True, httponly=True, samesite="Strict")
    return response


async def begun(visit: Visit, account: Account, response: web.Response) -> web.Response:
    """Somebody is signed in from this answer on, under a new value: one that was planted before is worth nothing.

    HTTPConflict if the account was locked or reset meanwhile.
    """
    cookie = fresh()
    if not await visit.behind.sessions.begin(digest_of(cookie), account, visit.origin):
        raise web.HTTPConflict(text="problem-meanwhile")
    put(response, cookie)
    return response


def gone(response: web.Response) -> web.Response:
    """Nobody is signed in from here on."""
    response.del_cookie(NAME, path="/", secure=True, httponly=True, samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
