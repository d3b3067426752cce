"""The Twilio adapter, against answers that no friendly gateway gives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.notify.errors import (
    DestinationRefused,
    GatewayFailed,
    GatewayUnreachable,
    LoginRefused,
    MessageRefused,
    NotifyError,
    Throttled,
)
from ivr.notify.port import Sms
from ivr.notify.twilio import TwilioAccount, TwilioNotifier

TOKEN = "token-0123456789"
SMS = Sms("+15550100123", "hello")


@asynccontextmanager
async def notifier_to(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[TwilioNotifier]:
    """A notifier whose gateway gives this answer to everything."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with TwilioNotifier.open(TwilioAccount(url, "AC1", TOKEN), "Tonewall", seconds=2) as notifier:
            yield notifier
    finally:
        await runner.cleanup()


async def refusal(status: int, body: bytes) -> NotifyError:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    async with notifier_to(answer) as notifier:
        with pytest.raises(NotifyError) as caught:
            await notifier.send(SMS)
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, b'{"code": 21211}', DestinationRefused, 21211),
        (400, b'{"code": 21610}', DestinationRefused, 21610),
        (400, b'{"code": 21602}', MessageRefused, 21602),
        (404, b"not found", MessageRefused, 404),
        (401, b'{"code": 20003}', LoginRefused, 20003),
        (403, b"", LoginRefused, 403),
        (429, b'{"code": 20429}', Throttled, 20429),
        (500, b"<html>", GatewayFailed, 500),
        (503, b'{"code": "text"}', GatewayFailed, 503),
        (200, b"<html>a hotel's login page</html>", GatewayFailed, 200),
        (201, b'{"sid": 5}', GatewayFailed, 201),
        (201, b"[" * 70_000, GatewayFailed, 201),
        (201, b"[" * 60_000, GatewayFailed, 201),
        (201, b"\xff", GatewayFailed, 201),
        (302, b"", GatewayFailed, 302),
    ],
)
async def test_given_an_answer_then_it_is_one_of_the_closed_set(
    status: int, body: bytes, error: type[NotifyError], code: int
) -> None:
    told = await refusal(status, body)
    assert (type(told), told.code) == (error, code)


@settings(max_examples=25, deadline=None)
@given(status=st.integers(200, 599).filter(lambda status: status not in (204, 304)), body=st.binary(max_size=200))
async def test_given_any_answer_then_it_is_a_notify_error(status: int, body: bytes) -> None:
    await refusal(status, body)


async def test_given_a_redirect_then_the_token_is_not_carried_elsewhere() -> None:
    seen: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with notifier_to(redirect) as notifier:
        with pytest.raises(GatewayFailed):
            await notifier.send(SMS)
    assert seen == ["/2010-04-01/Accounts/AC1/Messages.json"]


async def test_given_a_gateway_that_hangs_up_amid_its_answer_then_the_error_shows_no_request() -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"{")
        assert request.transport is not None
        request.transport.abort()
        return response

    async with notifier_to(broken) as notifier:
        with pytest.raises(GatewayUnreachable) as caught:
            await notifier.send(SMS)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "url", ["http://sms.example", "ftp://127.0.0.1", "sms.example", "", "http://127.0.0.1.example"]
)
def test_given_a_url_that_would_send_the_token_in_clear_then_it_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        TwilioAccount(url, "AC1", TOKEN)


@pytest.mark.parametrize("sid", ["", "AC/../x", "AC 1", "A" * 65])
def test_given_an_account_that_is_none_then_it_is_refused(sid: str) -> None:
    with pytest.raises(ValueError, match="account_sid"):
        TwilioAccount("https://sms.example", sid, TOKEN)


def test_given_an_account_then_its_repr_hides_the_token() -> None:
    assert TOKEN not in repr(TwilioAccount("https://sms.example", "AC1", TOKEN))
