"""My account: my password, my second factors, where I am signed in, my language."""

from __future__ import annotations

import segno
from aiohttp import web

from ivr.accounts.acts import Act
from ivr.accounts.errors import PasswordRefused
from ivr.console import cookie
from ivr.console.rendering import LANGUAGES
from ivr.console.visit import Visit


async def show(visit: Visit) -> web.Response:
    """What there is, and what is still to do."""
    return await _page(visit)


async def change_password(visit: Visit) -> web.Response:
    """Another password. Whoever is signed in anywhere is not any more; here they are, anew."""
    if not await _confirmed(visit):
        return await _page(visit, "password-wrong")
    if visit.form.get("new", "") != visit.form.get("again", ""):
        return await _page(visit, "password-not-the-same")
    try:
        changed = await visit.behind.entry.choose_password(visit.who, visit.form.get("new", ""))
    except PasswordRefused as refused:
        return await _page(visit, refused.reason)
    if changed is None:
        raise web.HTTPConflict(text="problem-meanwhile")
    await visit.record(Act.PASSWORD_SET)
    return await cookie.begun(visit, changed, visit.see("/account"))


async def show_app(visit: Visit) -> web.Response:
    """A picture for the camera of an app that makes codes, and the same in letters."""
    return _app_page(visit, visit.behind.codes.fresh_salt())


async def add_app(visit: Visit) -> web.Response:
    """The app has shown a code, so it counts from now on; codes on paper come with it."""
    salt = visit.form.get("salt", "")
    if not await _confirmed(visit):
        return _app_page(visit, visit.behind.codes.fresh_salt(), "password-wrong")
    if not await visit.behind.codes.enrol(visit.who, salt, visit.form.get("code", "")):
        return _app_page(visit, visit.behind.codes.fresh_salt(), "code-wrong")
    await visit.record(Act.FACTOR_ADDED, "app")
    return await _new_codes(visit)


async def remove_app(visit: Visit) -> web.Response:
    """The app's codes count no more."""
    if not await _confirmed(visit):
        return await _page(visit, "password-wrong")
    await visit.behind.store.accounts.set_totp(visit.who.id, None)
    await visit.record(Act.FACTOR_REMOVED, "app")
    return visit.see("/account")


async def ask_passkey(visit: Visit) -> web.Response:
    """What the browser needs to make a passkey."""
    if not await _confirmed(visit):
        raise web.HTTPForbidden(text="problem-password")
    return visit.json(await visit.behind.passkeys.ask_for_new(visit.visitor, visit.who))


async def add_passkey(visit: Visit) -> web.Response:
    """The passkey opens the account from now on."""
    if not await visit.behind.passkeys.take_new(visit.visitor, visit.who, await visit.request.read()):
        raise web.HTTPForbidden(text="problem-passkey")
    await visit.record(Act.FACTOR_ADDED, "passkey")
    return web.json_response({"to": "/account"})


async def remove_passkey(visit: Visit) -> web.Response:
    """The passkey opens nothing any more."""
    if not await _confirmed(visit):
        return await _page(visit, "password-wrong")
    if await visit.behind.store.factors.remove_passkey(visit.who.id, visit.form.get("key", "")):
        await visit.record(Act.FACTOR_REMOVED, "passkey")
    return visit.see("/account")


async def make_codes(visit: Visit) -> web.Response:
    """Ten codes on paper; earlier ones are void."""
    if not await _confirmed(visit):
        return await _page(visit, "password-wrong")
    return await _new_codes(visit)


async def speak(visit: Visit) -> web.Response:
    """In which language the pages are."""
    language = visit.form.get("language", "")
    if language in LANGUAGES:
        await visit.behind.store.accounts.speak(visit.who.id, language)
    return visit.see("/account")


async def _confirmed(visit: Visit) -> bool:
    """Whether they know the password. Only who can do nothing before they have a second factor adds it without."""
    if visit.first_factor and visit.route.handler in (add_app, ask_passkey):
        return True
    return await visit.behind.entry.confirm(visit.who, visit.form.get("password", ""))


async def _page(visit: Visit, wrong: str = "") -> web.Response:
    factors, account = visit.behind.store.factors, visit.who
    return visit.html(
        "account.html.jinja",
        422 if wrong else 200,
        wrong=wrong,
        passkeys=await factors.passkeys(account.id),
        codes_left=await factors.codes_left(account.id),
        stale=visit.behind.entry.stale(account),
        languages=LANGUAGES,
    )


def _app_page(visit: Visit, salt: str, wrong: str = "") -> web.Response:
    codes, account = visit.behind.codes, visit.who
    picture = segno.make(codes.address(account, salt), error="m").svg_data_uri(scale=5, border=3, light="#fff")
    secret = codes.secret(account, salt)
    letters = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return visit.html(
        "account-app.html.jinja", 422 if wrong else 200, salt=salt, picture=picture, letters=letters, wrong=wrong
    )


async def _new_codes(visit: Visit) -> web.Response:
    codes = await visit.behind.codes.on_paper(visit.who)
    await visit.record(Act.CODES_MADE)
    return visit.html("account-codes.html.jinja", codes=codes)
