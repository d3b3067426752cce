"""Who may do what by the API: every kind of key, on every route, with every method; what is not there is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.desktop.routes import ROUTES, Scope
from tests.console.rig import acts_in
from tests.desktop.rig import Program, Served, served

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
EITHER = frozenset(Scope)
# written by hand: what is in the table of routes has to be here as well, in these words
MAY: dict[tuple[str, str], frozenset[Scope]] = {
    ("GET", "/v1/agents"): frozenset({Scope.DESK}),
    ("GET", "/v1/agents/{agent}"): EITHER,
    ("POST", "/v1/agents/{agent}/status"): EITHER,
    ("POST", "/v1/agents/{agent}/calls"): EITHER,
    ("GET", "/v1/calls"): EITHER,
    ("GET", "/v1/calls/{call}"): EITHER,
    ("POST", "/v1/calls/{call}/accept"): EITHER,
    ("POST", "/v1/calls/{call}/decline"): EITHER,
    ("POST", "/v1/calls/{call}/hang-up"): EITHER,
    ("POST", "/v1/calls/{call}/payments"): EITHER,
    ("POST", "/v1/calls/{call}/payment/pause"): EITHER,
    ("POST", "/v1/calls/{call}/payment/resume"): EITHER,
    ("POST", "/v1/calls/{call}/payment/ask-again"): EITHER,
    ("POST", "/v1/calls/{call}/payment/cancel"): EITHER,
    ("POST", "/v1/calls/{call}/receipts"): EITHER,
    ("POST", "/v1/calls/{call}/complete"): EITHER,
}
PATHS = sorted({path for _, path in MAY} | {"/", "/v1", "/v1/keys", "/desk", "/static/htmx.js"})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api() -> AsyncIterator[Served]:
    async with served() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def programs(api: Served) -> dict[Scope | None, Program]:
    return {None: api.nobody(), Scope.AGENT: await api.program("anna"), Scope.DESK: await api.program()}


def test_the_table_is_the_one_that_was_agreed() -> None:
    assert {(route.method, route.path): frozenset(route.who) for route in ROUTES} == MAY
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.asyncio(loop_scope="module")
async def test_each_cell_is_as_the_table_says_and_what_is_not_in_it_is_refused(
    programs: dict[Scope | None, Program], path: str
) -> None:
    asked = path.replace("{agent}", "anna").replace("{call}", "nobodys")
    for scope, program in programs.items():
        for method in METHODS:
            answer = await program.ask(method, asked, {} if method == "POST" else None)
            cell = MAY.get((method, path))
            assert answer.status in expected(scope, cell, path), (scope, method, path, answer.status)


def expected(scope: Scope | None, cell: frozenset[Scope] | None, path: str) -> set[int]:
    """The statuses that a cell may give; who may gets as far as the body, the call or the desk."""
    if scope is None:
        return {401}
    if cell is None:
        return {405} if any(path == known for _, known in MAY) else {404}
    return {200, 202, 404, 409, 422} if scope in cell else {403}


@pytest.mark.asyncio(loop_scope="module")
async def test_given_a_key_for_one_agent_then_nothing_of_another_is_there(
    api: Served, programs: dict[Scope | None, Program]
) -> None:
    call = await api.talking("ben")
    anna, desk = programs[Scope.AGENT], programs[Scope.DESK]
    assert (await anna.get("/v1/agents/ben")).status == 404
    assert (await anna.get(f"/v1/calls/{call}")).status == 404
    assert (await anna.post(f"/v1/calls/{call}/hang-up")).status == 404
    assert (await anna.get("/v1/calls")).said == {"calls": []}
    assert [one["id"] for one in (await desk.get("/v1/calls")).said["calls"]] == [call]
    assert [one["agent"] for one in (await desk.get("/v1/agents")).said["agents"]] == ["ben"]


@pytest.mark.asyncio(loop_scope="module")
async def test_given_a_key_that_may_not_then_the_try_is_in_the_log(
    api: Served, programs: dict[Scope | None, Program]
) -> None:
    assert (await programs[Scope.AGENT].get("/v1/agents")).code == "key-too-narrow"
    last = (await acts_in(api.store))[-1]
    assert (last.who, last.act, last.subject, last.worked) == ("key for-anna", "denied", "GET /v1/agents", False)


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer tonewall_" + "A" * 43])
@pytest.mark.asyncio(loop_scope="module")
async def test_given_no_key_of_ours_then_it_is_said_how_one_is_had(api: Served, shown: str) -> None:
    answer = await api.nobody().ask("GET", "/v1/calls", Authorization=shown)
    assert (answer.status, answer.code, answer.headers["WWW-Authenticate"]) == (401, "key-missing", "Bearer")
    assert "ivr api-keys make" in answer.said["detail"]


@pytest.mark.asyncio(loop_scope="module")
async def test_answers_are_kept_by_nobody_and_shown_to_no_page(api: Served) -> None:
    answer = await api.nobody().ask("GET", "/v1/openapi.json", Origin="https://evil.example")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert [name for name in answer.headers if name.startswith("Access-Control") or name == "Server"] == []
