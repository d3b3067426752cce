"""Signing in by the provider that people sign in at anyway."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from ivr.accounts.acts import Act
from ivr.accounts.errors import SignInRefused, SsoUnavailable
from ivr.accounts.keyed import digest_of, fresh
from ivr.accounts.sso import SingleSignOn
from ivr.console import cookie
from ivr.console.visit import Visit

# a link from elsewhere comes without the one cookie, and the way back from the provider is such a link
_COOKIE: Final = "__Host-tonewall-sso"


async def leave_for(visit: Visit) -> web.Response:
    """To the provider."""
    value = fresh()
    try:
        onward = await _provider(visit).begin(digest_of(value))
    except SsoUnavailable:
        raise web.HTTPServiceUnavailable(text="problem-sso") from None
    response = visit.see(onward)
    response.set_cookie(_COOKIE, value, path="/", secure=True, httponly=True, samesite="Lax", max_age=600)
    return response


async def come_back(visit: Visit) -> web.Response:
    """From the provider, with its word on who it is."""
    provider, value = _provider(visit), visit.request.cookies.get(_COOKIE, "")
    if not value:  # whoever was not sent there by us is no try of theirs: any page can show a picture from here
        raise web.HTTPForbidden(text="problem-sso-refused")
    visit.count_try()
    try:
        account = await provider.finish(digest_of(value), visit.request.query)
    except SignInRefused as refused:
        await visit.record(Act.SIGNED_IN, "single sign-on", worked=False, who=refused.name)
        raise web.HTTPForbidden(text="problem-sso-refused") from None
    except SsoUnavailable:
        raise web.HTTPServiceUnavailable(text="problem-sso") from None
    visit.behind.throttle.right(visit.origin)
    # a redirect would count as the provider's link still, and come without the new cookie: a page goes on by itself
    response = await cookie.begun(visit, account, visit.html("sso.html.jinja"))
    await visit.record(Act.SIGNED_IN, "single sign-on", who=account.name)
    response.del_cookie(_COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def _provider(visit: Visit) -> SingleSignOn:
    if visit.behind.sso is None:
        raise web.HTTPNotFound
    return visit.behind.sso
