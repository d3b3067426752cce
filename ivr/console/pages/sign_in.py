"""Signing in and out."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from ivr.accounts.acts import Act
from ivr.accounts.errors import SignInRefused
from ivr.console import cookie
from ivr.console.visit import Visit

_OWN_PATH: Final = re.compile(r"/(?![/\\])[\w./~-]*(\?[\w.=&%+-]*)?", re.ASCII)


async def show(visit: Visit) -> web.Response:
    """The form; who is signed in already goes on."""
    onward = own_path(visit.request.query.get("next", "/"))
    if visit.account is not None:
        return visit.see(onward)
    return visit.html("sign-in.html.jinja", onward=onward, name="", wrong=False)


async def submit(visit: Visit) -> web.Response:
    """Name, password and code are right, or the form again: it never says which was wrong."""
    visit.count_try()
    onward, name = own_path(visit.form.get("next", "/")), visit.form.get("name", "")
    password, code = visit.form.get("password", ""), visit.form.get("code", "")
    try:
        account, by = await visit.behind.entry.by_password(name, password, code)
    except SignInRefused as refused:
        await visit.record(Act.SIGNED_IN, worked=False, who=refused.name)
        return visit.html("sign-in.html.jinja", 403, onward=onward, name=name, wrong=True)
    visit.behind.throttle.right(visit.origin)
    if by == "paper":
        await visit.record(Act.CODE_SPENT, who=account.name)
    response = await cookie.begun(visit, account, visit.see(onward))
    await visit.record(
        Act.SIGNED_IN,
        {"app": "password and app", "paper": "password and paper"}.get(by, "password"),
        who=account.name,
    )
    return response


async def ask_passkey(visit: Visit) -> web.Response:
    """What the browser needs to use a passkey."""
    return visit.json(visit.behind.passkeys.ask(visit.visitor))


async def use_passkey(visit: Visit) -> web.Response:
    """The passkey is somebody's, or it is refused as a password is."""
    visit.count_try()
    try:
        account = await visit.behind.passkeys.holder(visit.visitor, await visit.request.read())
    except SignInRefused as refused:
        await visit.record(Act.SIGNED_IN, "passkey", worked=False, who=refused.name)
        raise web.HTTPForbidden(text="problem-passkey") from None
    visit.behind.throttle.right(visit.origin)
    onward = own_path(visit.request.query.get("next", "/"))
    response = await cookie.begun(visit, account, web.json_response({"to": onward}))
    await visit.record(Act.SIGNED_IN, "passkey", who=account.name)
    return response


async def leave(visit: Visit) -> web.Response:
    """Sign out here, or everywhere."""
    everywhere = visit.form.get("where") == "everywhere"
    await visit.record(Act.SIGNED_OUT, "everywhere" if everywhere else "here")
    if everywhere:
        await visit.behind.sessions.end_all(visit.who.id)
    await visit.behind.sessions.end(visit.session)
    await visit.leave_desk(visit.who.name)
    return cookie.gone(visit.see("/sign-in"))


def own_path(path: str) -> str:
    """The path, if it is one of ours; a link must not send people who sign in anywhere else."""
    return path if _OWN_PATH.fullmatch(path) else "/"
