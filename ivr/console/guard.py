"""The way to every handler: whose request it is, whether they may, and whether a page of ours made it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from ivr.accounts.account import Account
from ivr.accounts.acts import Act
from ivr.accounts.keyed import digest_of, fresh
from ivr.console import cookie
from ivr.console.behind import Behind
from ivr.console.headers import own_page
from ivr.console.pages.sign_in import own_path
from ivr.console.rendering import spoken_by
from ivr.console.routes import Route, menu_of
from ivr.console.visit import Visit

_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class _Known:
    """What a cookie tells: its value, or one that the browser will get; the session that it is of, and whose."""

    cookie: str
    session: str
    account: Account | None


def guarded(route: Route, behind: Behind) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of a route as aiohttp calls it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        value = "" if route.bare else cookie.value(request)
        session, account = await _signed_in(behind, value) if value else ("", None)
        given = value or fresh()
        visit = _visit(route, behind, request, _Known(given, session, account))
        if not own_page(behind.settings, request, acts=route.acts, follows=route.stream):
            raise web.HTTPForbidden(text="problem-foreign")
        if not value and _from_elsewhere(route, request):
            return visit.html("onward.html.jinja", onward=own_path(request.path_qs))
        if visit.role not in route.who or (route.password and visit.who.subject is not None):
            return await _refused(visit)
        if _unfinished(visit):
            if route.acts or route.stream:
                raise web.HTTPForbidden(text="problem-unfinished")
            return visit.see("/account")
        if route.acts:
            await _read_form(visit)
        if session and not route.stream:
            await behind.sessions.touch(session)
        response = await route.handler(visit)
        if given != value and response.content_type == "text/html" and not response.cookies:
            cookie.put(response, given)
        return response

    return handle


def _from_elsewhere(route: Route, request: web.Request) -> bool:
    """Whether a link of another page led here. It comes without our cookie, whoever follows it: nothing is known yet.

    A page that goes on by itself has it. A new cookie would take the place of one that somebody is signed in with.
    """
    opens = not (route.acts or route.stream or route.bare or route.foreign)
    return opens and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")


async def _signed_in(behind: Behind, value: str) -> tuple[str, Account | None]:
    """The session that a cookie is of, and whose."""
    session = await behind.sessions.find(digest_of(value))
    account = await behind.store.accounts.numbered(session.account) if session else None
    if session is None or account is None or account.locked:
        return "", None
    return session.digest, account


def _visit(route: Route, behind: Behind, request: web.Request, known: _Known) -> Visit:
    account = known.account
    language = spoken_by(account.language if account else None, request.headers.get("Accept-Language", ""))
    return Visit(
        request=request,
        behind=behind,
        route=route,
        account=account,
        visitor=digest_of(known.cookie),
        session=known.session,
        csrf=behind.keyed.digest("csrf", known.cookie),
        texts=behind.rendering.texts(language),
        menu=menu_of(account.role if account else None, desk=behind.desk is not None),
    )


def _unfinished(visit: Visit) -> bool:
    """Whether something of their own account comes first: a second factor, or a new password."""
    if visit.account is None or visit.route.early or visit.account.subject is not None:
        return False
    return visit.first_factor or visit.behind.entry.stale(visit.account)


async def _refused(visit: Visit) -> web.StreamResponse:
    """They may not. Who has not signed in is shown where to."""
    if visit.account is not None:
        await visit.record(Act.DENIED, f"{visit.route.method} {visit.route.path}", worked=False)
        raise web.HTTPForbidden(text="problem-role")
    if visit.route.acts or visit.route.stream:
        # the desk stays: the phone of a call may be in it
        leaves = visit.request.headers.get("HX-Request") and not visit.route.desk
        headers = {"HX-Redirect": "/sign-in"} if leaves else {}
        raise web.HTTPUnauthorized(text="problem-signed-out", headers=headers)
    return visit.see(f"/sign-in?next={visit.request.path}")


async def _read_form(visit: Visit) -> None:
    """What a form brought, if it has the token that only our pages know. JSON comes with the token as a header."""
    request = visit.request
    # no page of ours sends files, and a codec of somebody's choice may take a second for what fits into a form
    if request.content_type == "multipart/form-data" or (request.charset or "utf-8").lower() != "utf-8":
        raise web.HTTPForbidden(text="problem-form")
    try:
        fields = await request.post()
    except (ValueError, LookupError, RuntimeError):  # it is no form, whatever it says that it is
        raise web.HTTPForbidden(text="problem-form") from None
    if len(fields) > _MOST_FIELDS:
        raise web.HTTPRequestEntityTooLarge(_MOST_FIELDS, len(fields))
    visit.form.update((name, value) for name, value in fields.items() if isinstance(value, str))
    token = request.headers.get("X-CSRF-Token") or visit.form.pop("csrf", "")
    if not visit.behind.keyed.same("csrf", cookie.value(request), token):
        raise web.HTTPForbidden(text="problem-form")
