"""What goes wrong at an agent's desk: each time a plain message, and the caller loses nothing by it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from ivr.accounts.role import Role
from ivr.agents.desk import Payment
from ivr.agents.rehearsed import RehearsedDesk
from ivr.agents.view import Status
from ivr.console import cookie
from ivr.console.routes import ROUTES
from ivr.money import Money
from pci.contract import CardField
from tests.console.rig import ORIGIN, Console, Visitor, console

CALLER = "+15550100777"
DOTS = re.compile(rb'id="field-payment-card-number" data-entered="(\d+)"')


@asynccontextmanager
async def at_work(*agents: str) -> AsyncIterator[tuple[Console, RehearsedDesk]]:
    """These agents are ready for calls."""
    async with console() as served:
        desk = served.behind.desk
        assert isinstance(desk, RehearsedDesk)
        for agent in agents:
            await desk.sign_on(agent, agent.title())
            await desk.set_status(agent, Status.READY)
        yield served, desk


@asynccontextmanager
async def page_of(visitor: Visitor) -> AsyncIterator[aiohttp.StreamReader]:
    """The events of a page that is open."""
    headers = {"Host": ORIGIN.partition("//")[2], "Cookie": f"{cookie.NAME}={visitor.cookie}"}
    url = f"http://127.0.0.1:{visitor.port}/desk/events"
    async with visitor.http.get(url, headers=headers) as response:
        yield response.content


async def shows(page: aiohttp.StreamReader, dots: int) -> None:
    """Read until the page shows so many dots."""
    async with asyncio.timeout(60):
        async for line in page:
            if (found := DOTS.search(line)) and int(found[1]) == dots:
                return
    raise AssertionError("the stream ended")


async def keying(desk: RehearsedDesk, agent: str) -> None:
    """The agent has a caller who keys a card."""
    desk.ring(agent, CALLER)
    desk.join(agent)
    await desk.take_payment(agent, Payment(Money(12540, "USD"), "INV-2041"))
    desk.key(agent, CardField.NUMBER, 3)


async def test_given_a_stream_of_events_that_is_cut_then_the_next_one_shows_all_that_happened_meanwhile() -> None:
    async with at_work("agent") as (served, desk):
        anna = await served.signed_in(Role.AGENT)
        await keying(desk, "agent")
        async with page_of(anna) as page:
            await shows(page, 3)
        desk.key("agent", CardField.NUMBER, 7)
        async with page_of(anna) as page:
            await shows(page, 7)


async def test_given_two_tabs_of_one_agent_then_both_show_the_same_and_what_one_did_the_other_cannot_do_again() -> (
    None
):
    async with at_work("agent") as (served, desk):
        one, other = [await served.signed_in(Role.AGENT) for _ in range(2)]
        desk.ring("agent", CALLER)
        assert (await one.send("/desk/do/decline")).status == 303
        late = await other.send("/desk/do/accept")
        assert late.status == 422
        assert "You have no call now: it has ended, or another sign-in took it." in late.text

        await keying(desk, "agent")
        async with page_of(one) as here, page_of(other) as there:
            await shows(here, 3)
            await shows(there, 3)


async def test_given_a_call_that_one_agent_has_then_another_cannot_take_it_or_touch_its_payment() -> None:
    async with at_work("anna", "ben") as (served, desk):
        ben = await served.signed_in(Role.AGENT, "ben")
        await keying(desk, "anna")
        for act in ("accept", "talk", "cancel", "hang-up"):
            answer = await ben.send(f"/desk/do/{act}")
            assert (answer.status, "You have no call now" in answer.text) == (422, True)
        assert desk.board.of("anna").call is not None


async def test_given_a_browser_that_is_closed_in_mid_card_then_another_sign_in_has_the_call_as_it_is() -> None:
    async with at_work("agent") as (served, desk):
        closed = await served.signed_in(Role.AGENT)
        await keying(desk, "agent")
        async with page_of(closed) as page:
            await shows(page, 3)
        desk.key("agent", CardField.NUMBER, 16)  # nobody looks

        again = await served.signed_in(Role.AGENT)

        assert 'data-entered="16"' in (await again.open("/desk")).text
        assert (await again.send("/desk/do/talk")).status == 303


async def test_given_a_session_that_is_over_in_mid_call_then_its_acts_are_refused_with_words_and_the_call_stays() -> (
    None
):
    async with at_work("agent") as (served, desk):
        anna = await served.signed_in(Role.AGENT)
        await keying(desk, "agent")
        served.clock.pass_by(minutes=15)
        refused = await anna.send("/desk/do/cancel")
        assert refused.status == 401
        assert "Sign in again. Calls go on meanwhile." in refused.text
        call = desk.board.of("agent").call
        assert call is not None
        assert call.stage == "capturing"


@pytest.mark.parametrize("path", [route.path for route in ROUTES if route.stream])
@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:9999", "null"])
async def test_given_a_page_of_somebody_else_then_no_stream_and_no_socket_opens_for_it(
    path: str, origin: str
) -> None:
    async with at_work() as (served, _):
        visitor = await served.signed_in(Role.SUPERVISOR)
        headers = {"Host": ORIGIN.partition("//")[2], "Origin": origin}
        headers |= {"Cookie": f"{cookie.NAME}={visitor.cookie}", "Sec-WebSocket-Protocol": "sip"}
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await visitor.http.ws_connect(f"http://127.0.0.1:{visitor.port}{path}", headers=headers)
        assert refused.value.status == 403
