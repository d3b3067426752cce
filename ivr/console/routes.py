"""Who may do what: the one table of routes. The router is built from it, and what is not in it is refused.

How to add a page, a stream of events and an action, in this order:

    Route("GET", "/calls", calls.show, AGENTS, menu="menu-calls")      a page; `menu` is the text of its place there
    Route("GET", "/calls/events", calls.follow, AGENTS, stream=True)   server-sent events: see `ivr.console.streaming`
    Route("POST", "/calls/{id}/cancel", calls.cancel, AGENTS)          an action; the guard checked where it came from

A handler is `async def show(visit: Visit) -> web.StreamResponse` in a module of `ivr.console.pages`: it reads
`visit.who`, `visit.form` and `visit.behind`, and answers `visit.html("calls.html.jinja", calls=...)` or
`visit.see("/calls")`. A template extends layout.html.jinja and says everything by `t("text-id")`, whose English and
Spanish stand in a file of `texts/`. A form posts by htmx or by itself; it holds `{{ csrf() }}` from parts.html.jinja.
There is no other way to a handler, so a page cannot forget to ask who it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeAlias

from aiohttp import web

from ivr.accounts.role import Role
from ivr.accounts.sso import BACK
from ivr.console.pages import account, desk, files, history, home, log, people, phone, sign_in, sso, wall, welcome
from ivr.console.visit import Visit

Handler = Callable[[Visit], Awaitable[web.StreamResponse]]
Visitor: TypeAlias = Role | None
"""A role, or None: nobody has signed in."""
ANYBODY: Final[Collection[Visitor]] = frozenset({None, *Role})
SIGNED_IN: Final[Collection[Visitor]] = frozenset(Role)
ADMIN: Final[Collection[Visitor]] = frozenset({Role.ADMIN})
AGENTS: Final[Collection[Visitor]] = frozenset({Role.AGENT, Role.SUPERVISOR})
SUPERVISORS: Final[Collection[Visitor]] = frozenset({Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Route:
    """A method on a path, what it does, and who may have it done.

    `stream` sends events as long as the browser stays; a session does not stay alive by it. `bare` is a file: it is
    the same for everybody, and no session is looked for. `early` is open to those as well who still have to add a
    second factor. `password` is for those who have one here: who comes by single sign-on opens their account in no
    other way. `desk` is there only where ivr.toml has `[agents]`. `foreign` is come to by a link of somebody else's.
    """

    method: str
    path: str
    handler: Handler
    who: Collection[Visitor]
    menu: str | None = None
    stream: bool = False
    bare: bool = False
    early: bool = False
    password: bool = False
    desk: bool = False
    foreign: bool = False

    @property
    def acts(self) -> bool:
        """Whether it can change something."""
        return self.method not in ("GET", "HEAD")


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/static/{name:.+}", files.send, ANYBODY, bare=True),
    Route("GET", "/sign-in", sign_in.show, ANYBODY, early=True),
    Route("POST", "/sign-in", sign_in.submit, ANYBODY, early=True),
    Route("POST", "/sign-in/passkey/ask", sign_in.ask_passkey, ANYBODY, early=True),
    Route("POST", "/sign-in/passkey", sign_in.use_passkey, ANYBODY, early=True),
    Route("GET", "/sign-in/sso", sso.leave_for, ANYBODY, early=True),
    Route("GET", BACK, sso.come_back, ANYBODY, early=True, foreign=True),
    Route("GET", "/welcome/{token}", welcome.show, ANYBODY, early=True),
    Route("POST", "/welcome/{token}", welcome.choose, ANYBODY, early=True),
    Route("POST", "/sign-out", sign_in.leave, SIGNED_IN, early=True),
    Route("GET", "/", home.show, SIGNED_IN, menu="menu-home"),
    Route("GET", "/people", people.show, ADMIN, menu="menu-people"),
    Route("POST", "/people", people.add, ADMIN),
    *(
        Route("POST", rf"/people/{{id:\d+}}/{name}", act, ADMIN)
        for name, act in (
            ("lock", people.lock),
            ("unlock", people.unlock),
            ("reset", people.reset),
            ("remove", people.remove),
        )
    ),
    Route("GET", "/log", log.show, (Role.ADMIN, Role.AUDITOR), menu="menu-log"),
    Route("GET", "/account", account.show, SIGNED_IN, menu="menu-account", early=True),
    Route("POST", "/account/password", account.change_password, SIGNED_IN, password=True, early=True),
    Route("POST", "/account/language", account.speak, SIGNED_IN, early=True),
    Route("GET", "/account/app", account.show_app, SIGNED_IN, password=True, early=True),
    Route("POST", "/account/app", account.add_app, SIGNED_IN, password=True, early=True),
    Route("POST", "/account/app/remove", account.remove_app, SIGNED_IN, password=True),
    Route("POST", "/account/passkey/ask", account.ask_passkey, SIGNED_IN, password=True, early=True),
    Route("POST", "/account/passkey", account.add_passkey, SIGNED_IN, password=True, early=True),
    Route("POST", "/account/passkey/remove", account.remove_passkey, SIGNED_IN, password=True),
    Route("POST", "/account/codes", account.make_codes, SIGNED_IN, password=True),
    Route("GET", "/desk", desk.show, AGENTS, menu="menu-desk", desk=True),
    Route("GET", "/desk/events", desk.follow, AGENTS, stream=True, desk=True),
    Route("POST", "/desk/phone", phone.login, AGENTS, desk=True),
    Route("GET", "/desk/phone/socket", phone.hand_on, AGENTS, stream=True, desk=True),
    Route("POST", "/desk/do/{act}", desk.act, AGENTS, desk=True),
    Route("GET", "/history", history.show, AGENTS, menu="menu-history", desk=True),
    Route("GET", "/wall", wall.show, SUPERVISORS, menu="menu-wall", desk=True),
    Route("GET", "/wall/events", wall.follow, SUPERVISORS, stream=True, desk=True),
)


def menu_of(visitor: Visitor, *, desk: bool) -> tuple[Route, ...]:
    """The pages that a role finds in the menu; those for agents only with a `desk`."""
    return tuple(route for route in ROUTES if route.menu and visitor in route.who and (desk or not route.desk))
