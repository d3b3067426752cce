"""The page behind a one-time link: choose a password, and be signed in."""

from __future__ import annotations

from aiohttp import web

from ivr.accounts.account import Account
from ivr.accounts.acts import Act
from ivr.accounts.errors import PasswordRefused
from ivr.console import cookie
from ivr.console.visit import Visit


async def show(visit: Visit) -> web.Response:
    """The form. Opening it does not use the link up: a mail program may have looked first."""
    return _form(visit, await _invited(visit))


async def choose(visit: Visit) -> web.Response:
    """The password is theirs and the link is used up, or the form again and why."""
    account, password = await _invited(visit), visit.form.get("password", "")
    if password != visit.form.get("again", ""):
        return _form(visit, account, "password-not-the-same")
    try:
        chosen = await visit.behind.entry.choose_password(account, password, visit.request.match_info["token"])
    except PasswordRefused as refused:
        return _form(visit, account, refused.reason)
    if chosen is None:
        raise web.HTTPGone(text="problem-link")
    await visit.record(Act.LINK_USED, who=account.name)
    await visit.record(Act.PASSWORD_SET, who=account.name)
    return await cookie.begun(visit, chosen, visit.see("/"))


async def _invited(visit: Visit) -> Account:
    account = await visit.behind.invitations.whose(visit.request.match_info["token"])
    if account is None or account.locked:
        raise web.HTTPGone(text="problem-link")
    return account


def _form(visit: Visit, account: Account, wrong: str = "") -> web.Response:
    status = 422 if wrong else 200
    return visit.html("welcome.html.jinja", status, name=account.name, shown=account.shown, wrong=wrong)
