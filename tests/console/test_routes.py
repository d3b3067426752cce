"""Who may do what: every role, on every route, with every method. What is not in the table is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.accounts.role import Role
from ivr.console.routes import ROUTES, Route, Visitor
from tests.console.rig import Console, acts_in, console

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
VISITORS: tuple[Visitor, ...] = (None, *Role)
EVERYBODY: frozenset[Visitor] = frozenset({None, *Role})
ALL_ROLES: frozenset[Visitor] = frozenset(Role)
ADMIN: frozenset[Visitor] = frozenset({Role.ADMIN})
AGENTS: frozenset[Visitor] = frozenset({Role.AGENT, Role.SUPERVISOR})
# written by hand: what is in the table of routes has to be here as well, in these words
MAY: dict[tuple[str, str], frozenset[Visitor]] = {
    ("GET", "/static/{name:.+}"): EVERYBODY,
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in/passkey/ask"): EVERYBODY,
    ("POST", "/sign-in/passkey"): EVERYBODY,
    ("GET", "/sign-in/sso"): EVERYBODY,
    ("GET", "/sign-in/sso/back"): EVERYBODY,
    ("GET", "/welcome/{token}"): EVERYBODY,
    ("POST", "/welcome/{token}"): EVERYBODY,
    ("POST", "/sign-out"): ALL_ROLES,
    ("GET", "/"): ALL_ROLES,
    ("GET", "/people"): ADMIN,
    ("POST", "/people"): ADMIN,
    ("POST", r"/people/{id:\d+}/lock"): ADMIN,
    ("POST", r"/people/{id:\d+}/unlock"): ADMIN,
    ("POST", r"/people/{id:\d+}/reset"): ADMIN,
    ("POST", r"/people/{id:\d+}/remove"): ADMIN,
    ("GET", "/log"): frozenset({Role.ADMIN, Role.AUDITOR}),
    ("GET", "/account"): ALL_ROLES,
    ("POST", "/account/password"): ALL_ROLES,
    ("POST", "/account/language"): ALL_ROLES,
    ("GET", "/account/app"): ALL_ROLES,
    ("POST", "/account/app"): ALL_ROLES,
    ("POST", "/account/app/remove"): ALL_ROLES,
    ("POST", "/account/passkey/ask"): ALL_ROLES,
    ("POST", "/account/passkey"): ALL_ROLES,
    ("POST", "/account/passkey/remove"): ALL_ROLES,
    ("POST", "/account/codes"): ALL_ROLES,
    ("GET", "/desk"): AGENTS,
    ("GET", "/desk/events"): AGENTS,
    ("POST", "/desk/phone"): AGENTS,
    ("GET", "/desk/phone/socket"): AGENTS,
    ("POST", "/desk/do/{act}"): AGENTS,
    ("GET", "/history"): AGENTS,
    ("GET", "/wall"): frozenset({Role.SUPERVISOR}),
    ("GET", "/wall/events"): frozenset({Role.SUPERVISOR}),
}
PATHS = sorted({route.path for route in ROUTES})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Console]:
    async with console(second_factor="needed") as served:
        for role in Role:
            await served.account(role)
        yield served


def test_the_table_is_the_one_that_was_agreed() -> None:
    assert {(route.method, route.path): frozenset(route.who) for route in ROUTES} == MAY


def test_nothing_is_in_the_table_twice() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def filled(path: str) -> str:
    """A path of the table with something in its places that is nobody's."""
    return re.sub(r"\{(\w+)(:[^}]*)?\}", lambda place: {"id": "999999"}.get(place[1], "nothing"), path)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.asyncio(loop_scope="module")
async def test_each_cell_is_as_the_table_says_and_by_default_403(served: Console, path: str) -> None:
    for role in VISITORS:
        visitor = served.visitor() if role is None else await served.signed_in(role)
        for method in METHODS:
            answer = await visitor.ask(
                method, filled(path), data={"csrf": visitor.token}, Origin="http://localhost:8448"
            )
            allowed = role in MAY.get((method, path), frozenset())
            assert answered(answer.status, allowed, role, method), (role, method, path, answer.status)


def answered(status: int, allowed: bool, role: Visitor, method: str) -> bool:
    """Whether an answer is what the cell asks for."""
    if allowed:  # it gets as far as the handler, which knows nobody 999999; a visitor's token is of no page yet
        return status not in (401, 405) and (status != 403 or method == "POST")
    if role is None and status in (303, 401):  # who has not signed in is shown where to
        return True
    return status == 403


@pytest.mark.asyncio(loop_scope="module")
async def test_given_a_role_that_may_not_then_the_try_is_in_the_log(served: Console) -> None:
    agent = await served.signed_in(Role.AGENT)
    assert (await agent.open("/people")).status == 403
    last = (await acts_in(served.store))[-1]
    assert (last.who, last.act, last.subject, last.worked) == ("agent", "denied", "GET /people", False)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_given_no_second_factor_yet_then_only_what_leads_to_one_is_open(served: Console, route: Route) -> None:
    name = "new"
    if await served.store.accounts.named(name) is None:
        await served.account(Role.ADMIN, name, app=False)
    visitor = await served.signed_in(Role.ADMIN, name)
    answer = await visitor.ask(
        route.method, filled(route.path), data={"csrf": visitor.token}, Origin="http://localhost:8448"
    )
    sent_away = route.method == "GET" and answer.headers.get("Location") == "/account"
    held_back = sent_away or "not complete yet" in answer.text
    assert held_back is (not route.early and not route.bare and Role.ADMIN in route.who)
