"""The call side's requests to the card side, and what each failure on the way is called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.errors import PciAnswerLost, PciError, PciRefused, PciUnreachable
from ivr.pci_client import PciClient
from pci.contract import (
    Brand,
    CaptureOutcome,
    CaptureRequest,
    CaptureResult,
    CaptureStarted,
    ChargeRequest,
    ChargeState,
    Closing,
    KeptCard,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CAPTURE = CaptureRequest(call_id="call-1", channel_id="1.1")
CHARGE = ChargeRequest(
    charge_id="charge-1", order_id="invoice-1", capture_id="cap-1", amount=12540, currency="USD", confirmed=True
)
APPROVED = (
    '{"charge_id": "charge-1", "order_id": "invoice-1", "state": "approved", "amount": 12540, "currency": "USD",'
    ' "brand": "visa", "last4": "1111"}'
)


@asynccontextmanager
async def card_side(socket: Path, handler: Handler, charge_timeout: float = 5.0) -> AsyncIterator[PciClient]:
    """A client of a card side that answers every request by `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        async with PciClient.open(socket, charge_timeout) as client:
            yield client
    finally:
        await runner.cleanup()


def answers(text: str | bytes, status: int = 200) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=text if isinstance(text, bytes) else text.encode(), status=status)

    return handler


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "pci.sock"


async def test_given_a_card_side_that_is_well_then_health_says_so(socket: Path) -> None:
    async with card_side(socket, answers('{"ready": true}')) as client:
        assert (await client.health()).ready


async def test_given_no_socket_then_nothing_was_sent_and_the_error_says_what_to_check(socket: Path) -> None:
    async with PciClient.open(socket) as client:
        with pytest.raises(PciUnreachable, match=r"\[pci\] socket"):
            await client.charge(CHARGE)


async def test_given_a_socket_that_nobody_listens_on_then_nothing_was_sent(socket: Path) -> None:
    async with card_side(socket, answers("")):
        pass
    socket.touch()
    async with PciClient.open(socket) as client:
        with pytest.raises(PciUnreachable):
            await client.health()


async def test_given_a_charge_then_the_request_is_the_contracts_and_the_answer_is_typed(socket: Path) -> None:
    seen: list[ChargeRequest] = []

    async def handler(request: web.Request) -> web.Response:
        assert (request.method, request.path) == ("POST", "/v1/charges")
        seen.append(ChargeRequest.model_validate_json(await request.read()))
        return web.Response(text=APPROVED)

    async with card_side(socket, handler) as client:
        charge = await client.charge(CHARGE)

    assert seen == [CHARGE]
    assert (charge.state, charge.brand, charge.last4) == (ChargeState.APPROVED, Brand.VISA, "1111")


@pytest.mark.parametrize("closing", Closing)
async def test_given_a_hold_then_it_is_closed_by_its_name_and_the_way(socket: Path, closing: Closing) -> None:
    asked: list[tuple[str, str]] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append((request.method, request.path))
        return web.Response(text=APPROVED)

    async with card_side(socket, handler) as client:
        assert (await client.close("charge-1", closing)).charge_id == "charge-1"

    assert asked == [("POST", f"/v1/charges/charge-1/{closing}")]


async def test_given_a_kept_card_then_what_may_be_told_of_it_is_known_and_one_that_is_gone_is_none(
    socket: Path,
) -> None:
    card = KeptCard(token="tok_1", brand=Brand.VISA, last4="1111", expired=True)
    bodies: list[bytes] = []

    async def handler(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        if "tok_1" in request.path:
            return web.Response(text=card.model_dump_json())
        return web.Response(text='{"error": "not-found", "message": "There is none."}', status=404)

    async with card_side(socket, handler) as client:
        assert await client.find_card("tok_1") == await client.keep("tok_1") == card
        assert await client.find_card("tok_2") is None
        assert await client.keep("tok_2") is None

    assert bodies[1] == b'{"confirmed":true}'


async def test_given_a_charge_that_is_refused_then_the_code_is_known(socket: Path) -> None:
    refusal = answers('{"error": "order-in-progress", "message": "Another charge is open."}', 409)

    async with card_side(socket, refusal) as client:
        with pytest.raises(PciRefused, match="order-in-progress"):
            await client.charge(CHARGE)


async def test_given_a_charge_that_is_not_answered_in_time_then_what_it_did_is_not_known(socket: Path) -> None:
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with card_side(socket, handler, charge_timeout=0.05) as client:
        with pytest.raises(PciAnswerLost):
            await client.charge(CHARGE)


async def test_given_a_card_side_that_dies_in_a_charge_then_what_it_did_is_not_known(socket: Path) -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with card_side(socket, handler) as client:
        with pytest.raises(PciAnswerLost):
            await client.charge(CHARGE)


@pytest.mark.parametrize("text", ["", "[]", '{"ready": "perhaps"}', "x" * 70_000])
async def test_given_an_answer_that_is_not_the_contracts_then_it_counts_as_lost(socket: Path, text: str) -> None:
    async with card_side(socket, answers(text)) as client:
        with pytest.raises(PciAnswerLost):
            await client.health()


async def test_given_a_charge_nobody_heard_of_then_finding_it_gives_none(socket: Path) -> None:
    async with card_side(socket, answers('{"error": "not-found", "message": "Unknown."}', 404)) as client:
        assert await client.find_charge("charge-1") is None


async def test_given_another_refusal_then_finding_a_charge_does_not_hide_it(socket: Path) -> None:
    async with card_side(socket, answers('{"error": "internal-error", "message": "."}', 500)) as client:
        with pytest.raises(PciRefused):
            await client.find_charge("charge-1")


async def test_given_a_capture_then_its_events_come_one_by_one_up_to_the_result(socket: Path) -> None:
    started = '{"type": "started", "capture_id": "capture-1"}\n'
    lines = started + '{"type": "result", "outcome": "caller-hung-up"}\n' + started

    async with card_side(socket, answers(lines)) as client:
        events = [event async for event in client.capture(CAPTURE)]

    assert events == [CaptureStarted(capture_id="capture-1"), CaptureResult(outcome=CaptureOutcome.HUNG_UP)]


@pytest.mark.parametrize(
    "lines",
    ["", '{"type": "started", "capture_id": "capture-1"}\n', '{"type": "res', '{"type": "keys"}\n', "x" * 2_000_000],
)
async def test_given_a_capture_that_breaks_off_or_is_not_readable_then_its_answer_is_lost(
    socket: Path, lines: str
) -> None:
    async with card_side(socket, answers(lines)) as client:
        with pytest.raises(PciAnswerLost):
            async for event in client.capture(CAPTURE):
                assert isinstance(event, CaptureStarted)


async def test_given_a_capture_that_is_refused_then_the_code_is_known(socket: Path) -> None:
    async with card_side(socket, answers('{"error": "not-ready", "message": "."}', 503)) as client:
        with pytest.raises(PciRefused, match="not-ready"):
            await anext(client.capture(CAPTURE))


async def test_given_an_open_capture_when_it_is_closed_then_the_card_side_sees_it_at_once(socket: Path) -> None:
    cancelled = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"type": "started", "capture_id": "capture-1"}\n')
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return response

    async with card_side(socket, handler) as client:
        async with aclosing(client.capture(CAPTURE)) as events:
            assert await anext(events) == CaptureStarted(capture_id="capture-1")
        async with asyncio.timeout(5):
            await cancelled.wait()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.sampled_from([200, 404, 500]))
def test_given_any_bytes_as_answer_then_it_is_an_error_of_the_tree(socket: Path, noise: bytes, status: int) -> None:
    async def scenario() -> None:
        async with card_side(socket, answers(noise, status)) as client:
            with pytest.raises(PciError):
                await client.charge(CHARGE)
            with pytest.raises(PciError):
                await anext(client.capture(CAPTURE))

    asyncio.run(scenario())
