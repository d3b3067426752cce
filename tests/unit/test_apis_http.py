"""Whatever a merchant's API does to us: there is an answer, none (404), or an ApiError; and what we send it."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.apis.api import Api
from ivr.apis.errors import AnswerUnusable, ApiError, ApiRefused, ApiTooSlow, ApiUnreachable
from ivr.apis.http import HttpApis
from ivr.flow.answer import Json
from tests.standins.raw_server import Answer, RawServer, endless, http, never, octets, raw_server

GOOD = http(b'{"number": "INV-1"}')
BOMB = gzip.compress(b'{"a": "' + b"x" * 10_000_000 + b'"}')
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
# long enough for anything that comes to an end on a busy machine; what does not come to one is given BRIEF
PATIENT, BRIEF = 30.0, 0.5


@asynccontextmanager
async def asking(
    server: RawServer, resolver: AbstractResolver | None = None, **changes: Any
) -> AsyncIterator[HttpApis]:
    usual: dict[str, Any] = {"url": server.url, "timeout": PATIENT, "retries": 0, "allow_private": True}
    api = Api(**(usual | changes))
    async with HttpApis.open({"crm": api}, resolver) as apis:
        yield apis


async def answer(*answers: Answer, **changes: Any) -> Json:
    """What comes of asking a server that answers so."""
    async with raw_server(*answers) as server, asking(server, **changes) as apis:
        return await apis.get("crm", "/customers/7")


async def test_given_json_then_it_is_the_answer() -> None:
    assert await answer(GOOD) == {"number": "INV-1"}


async def test_given_404_then_there_is_nothing() -> None:
    assert await answer(http(b"<html>", "404 Not Found")) is None


async def test_given_a_request_then_it_holds_the_path_the_token_and_nothing_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with raw_server(http(b"{}", headers="Set-Cookie: a=b\r\n")) as server:
        async with asking(server, url=f"{server.url}/api/", token="t0ken") as apis:
            for _ in range(2):
                await apis.get("crm", "/c/a%2Fb?x=%41")
        heads = {
            "GET /api/c/a%2Fb?x=%41 HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            "Authorization: Bearer t0ken",
            "Accept: application/json",
            "Accept-Encoding: identity",
            "User-Agent: tonewall",
        }
        assert [set(head.strip().split("\r\n")) for head in server.requests] == [heads, heads]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (http(b"<html>"), AnswerUnusable),
        (http(b""), AnswerUnusable),
        (http(b"null"), AnswerUnusable),
        (http(b"[" * 5000), AnswerUnusable),
        (http(b"{}", headers="Content-Encoding: gzip\r\n"), AnswerUnusable),
        (
            http(gzip.compress(b'{"a": "' + b"x" * 10_000_000 + b'"}'), headers="Content-Encoding: gzip\r\n"),
            AnswerUnusable,
        ),
        (http(b"x" * 1025), AnswerUnusable),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), AnswerUnusable),
        (endless(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", b"x" * 65536), AnswerUnusable),
        (endless(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n"), AnswerUnusable),
        (endless(b"HTTP/1.1 200 OK\r\n", b"X-More: y\r\n" * 1000), ApiUnreachable),
        (endless(b"HTTP/1.1 200 ", b"O" * 65536), ApiUnreachable),
        (endless(b"", b"garbage" * 1000), ApiUnreachable),
        (octets(b""), ApiUnreachable),
        (octets(b"SSH-2.0-x\r\n"), ApiUnreachable),
        (octets(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}"), ApiUnreachable),
        (octets(CHUNKED + b"zz\r\n"), ApiUnreachable),
        (http(b"", "204 No Content"), ApiRefused),
        (http(b"{}", "301 Moved", "Location: http://169.254.169.254/\r\n"), ApiRefused),
        (http(b"{}", "302 Found", "Location: /elsewhere\r\n"), ApiRefused),
        (http(b"{}", "401 Unauthorized"), ApiRefused),
        (http(b"{}", "500 Oops"), ApiRefused),
        (http(b"{}", "599 Odd"), ApiRefused),
    ],
)
async def test_given_anything_else_then_it_is_an_error_of_ours_without_a_word_of_it(
    given: Answer, error: type[ApiError]
) -> None:
    with pytest.raises(error) as caught:
        await answer(given, most_bytes=1024)
    assert "xxx" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "given",
    [
        never,
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"{", 0.1),
        endless(CHUNKED, b"1\r\n{\r\n", 0.1),
    ],
    ids=["never", "drop-by-drop", "chunk-by-chunk"],
)
async def test_given_no_end_then_it_is_too_slow(given: Answer) -> None:
    async with raw_server(given) as server, asking(server, timeout=BRIEF) as apis:
        with pytest.raises(ApiTooSlow):
            await apis.get("crm", "/")


async def test_given_a_deadline_then_it_is_over_all_tries_together() -> None:
    async with raw_server(http(b"", "503 Busy"), never) as server, asking(server, timeout=BRIEF, retries=5) as apis:
        with pytest.raises(ApiTooSlow):
            await apis.get("crm", "/")


@pytest.mark.parametrize(
    "failure", [octets(b""), http(b"", "503 Busy"), http(b"", "429 Slowly")], ids=["gone", "503", "429"]
)
async def test_given_a_failure_that_passes_then_another_try_gets_the_answer(failure: Answer) -> None:
    assert await answer(failure, failure, GOOD, retries=2) == {"number": "INV-1"}


@pytest.mark.parametrize(
    "final", [http(b"<html>"), http(b"{}", "401 No"), http(b"{}", "302 Found")], ids=["html", "401", "302"]
)
async def test_given_a_failure_that_does_not_pass_then_it_is_not_tried_again(final: Answer) -> None:
    async with raw_server(final) as server, asking(server, retries=3) as apis:
        with pytest.raises(ApiError):
            await apis.get("crm", "/")
        assert len(server.requests) == 1


async def test_given_nobody_there_then_it_is_unreachable() -> None:
    async with raw_server(GOOD) as server:
        pass
    async with asking(server, retries=1) as apis:
        with pytest.raises(ApiUnreachable):
            await apis.get("crm", "/")


class Rebinding(AbstractResolver):
    """A name server with an owner who likes to change its mind: one answer after the other, the last for ever."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        self.asked.append(host)
        found = ResolveResult(
            hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST
        )
        return [found]

    async def close(self) -> None: ...


@pytest.mark.parametrize("private", [False, True], ids=["public-only", "private-too"])
async def test_given_a_name_that_leads_to_where_clouds_keep_secrets_then_no_connection_is_made(
    private: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", lambda *connection: made.append(connection))
    resolver = Rebinding("169.254.169.254")
    async with raw_server(GOOD) as server:
        async with asking(server, resolver, url="https://crm.example.com", allow_private=private) as apis:
            with pytest.raises(ApiUnreachable):
                await apis.get("crm", "/latest/meta-data")
        assert (server.requests, made, resolver.asked) == ([], [], ["crm.example.com"])


async def test_given_a_name_that_leads_home_then_it_is_asked_only_if_that_is_allowed() -> None:
    async with raw_server(GOOD) as server:
        url = f"//crm.example.com:{server.port}"
        async with asking(server, Rebinding("127.0.0.1"), url=f"http:{url}") as apis:
            assert await apis.get("crm", "/") == {"number": "INV-1"}
        async with asking(server, Rebinding("127.0.0.1"), url=f"https:{url}", allow_private=False) as apis:
            with pytest.raises(ApiUnreachable):
                await apis.get("crm", "/")
        assert len(server.requests) == 1


async def test_given_a_name_that_changes_between_two_connections_then_each_is_judged_by_itself() -> None:
    async with raw_server(GOOD) as server:
        url = f"http://crm.example.com:{server.port}"
        resolver = Rebinding("127.0.0.1", "0.0.0.0")  # which Linux takes for this machine, too
        async with HttpApis.open({"crm": Api(url, allow_private=True, retries=0, timeout=PATIENT)}, resolver) as apis:
            assert await apis.get("crm", "/")
        async with HttpApis.open({"crm": Api(url, allow_private=True, retries=0, timeout=PATIENT)}, resolver) as apis:
            with pytest.raises(ApiUnreachable):
                await apis.get("crm", "/")
        assert len(server.requests) == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.binary(max_size=100).map(b"HTTP/1.1 200 OK\r\n".__add__)
    | st.binary(max_size=100).map(CHUNKED.__add__)
    | st.binary(max_size=100).map(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n".__add__)
)
async def test_given_any_octets_then_it_is_an_answer_or_none_or_an_error_of_ours(given: bytes) -> None:
    try:
        found = await answer(octets(given), timeout=PATIENT)
    except ApiError:
        return
    assert found is None or isinstance(found, list | dict)
