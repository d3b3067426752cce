"""Who may sign in: added, locked, reset and removed by an admin."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from ivr.accounts.account import Account
from ivr.accounts.errors import AccountError, NoSuchAccount
from ivr.accounts.role import Role
from ivr.console.visit import Visit

_MOST_DIGITS: Final = 9  # what is longer is no account's number, and more than a database may hold
_OF_ERROR: Final = {"NameRefused": "people-name", "NameTaken": "people-taken", "LastAdmin": "people-last-admin"}


async def show(visit: Visit) -> web.Response:
    """Everybody, with role and state."""
    return await _page(visit)


async def add(visit: Visit) -> web.Response:
    """A new account, and its one-time link, shown once."""
    office, form = visit.behind.office, visit.form
    try:
        role = Role(form.get("role", ""))
        account = await office.add(visit.by, form.get("name", ""), form.get("shown", ""), role)
    except ValueError:
        return await _page(visit, wrong="people-role")
    except AccountError as error:
        return await _page(visit, wrong=_OF_ERROR[type(error).__name__])
    return await _page(visit, link=await office.link(visit.by, account), whose=account.shown)


async def lock(visit: Visit) -> web.Response:
    """Nobody signs in to it until it is unlocked."""
    account = await _meant(visit)
    try:
        await visit.behind.office.lock(visit.by, account)
    except AccountError as error:
        return await _page(visit, wrong=_OF_ERROR[type(error).__name__])
    await visit.leave_desk(account.name)
    return visit.see("/people")


async def unlock(visit: Visit) -> web.Response:
    """They can sign in again."""
    await visit.behind.office.unlock(visit.by, await _meant(visit))
    return visit.see("/people")


async def reset(visit: Visit) -> web.Response:
    """Password and second factors are void; a one-time link, shown once, leads to new ones."""
    account = await _meant(visit)
    link = await visit.behind.office.link(visit.by, account)
    await visit.leave_desk(account.name)
    return await _page(visit, link=link, whose=account.shown)


async def remove(visit: Visit) -> web.Response:
    """Nobody signs in to it ever again."""
    account = await _meant(visit)
    try:
        await visit.behind.office.remove(visit.by, account)
    except AccountError as error:
        return await _page(visit, wrong=_OF_ERROR[type(error).__name__])
    await visit.leave_desk(account.name)
    return visit.see("/people")


async def _meant(visit: Visit) -> Account:
    number = visit.request.match_info["id"]
    if len(number) > _MOST_DIGITS:
        raise web.HTTPNotFound
    try:
        return await visit.behind.office.numbered(int(number))
    except NoSuchAccount:
        raise web.HTTPNotFound from None


async def _page(visit: Visit, *, wrong: str = "", link: str = "", whose: str = "") -> web.Response:
    return visit.html(
        "people.html.jinja",
        422 if wrong else 200,
        accounts=await visit.behind.store.accounts.all(),
        now=visit.behind.store.accounts.now(),
        roles=list(Role),
        wrong=wrong,
        link=link,
        whose=whose,
    )
