"""The card side's socket: who is answered, and what is refused."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from asterisk_ari import Asterisk, Channel
from pci.capture import routes
from pci.contract import ErrorCode, Health
from pci.errors import ConfigError
from pci.server import serve
from tests.pci_rig import VISA, Rig, heard, open_rig, order


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path) as rig:
        yield rig


async def health(rig: Rig) -> Health:
    async with rig.client.get("/v1/health") as response:
        return Health.model_validate_json(await response.read())


async def test_health_says_whether_a_capture_may_begin(rig: Rig) -> None:
    assert await health(rig) == Health(ready=True)
    rig.desk.close()
    assert await health(rig) == Health(ready=False, reasons=("stopping",))


async def test_given_no_connection_to_asterisk_then_no_capture_begins(rig: Rig) -> None:
    call = await rig.incoming()
    rig.asterisk.unreachable = True
    rig.asterisk.drop_connections()
    async with asyncio.timeout(5):
        while rig.pci.connected:
            await asyncio.sleep(0.01)
    assert (await health(rig)).reasons == ("asterisk-not-connected",)
    status, error = await rig.refused(order(call.channel_id))
    assert (status, error.error) == (503, ErrorCode.NOT_READY)
    rig.asterisk.unreachable = False


async def test_given_the_process_ends_while_asterisk_is_asked_for_the_channel_then_no_capture_begins(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Asterisk.channel

    async def closed_meanwhile(asterisk: Asterisk, channel_id: str) -> Channel:
        rig.desk.close()
        return await ask(asterisk, channel_id)

    call = await rig.incoming()
    monkeypatch.setattr(Asterisk, "channel", closed_meanwhile)
    status, error = await rig.refused(order(call.channel_id))
    assert (status, error.error) == (503, ErrorCode.NOT_READY)
    assert call.app == "ivr"


async def test_the_socket_is_for_the_user_and_the_group(rig: Rig) -> None:
    assert (rig.folder / "pci.sock").stat().st_mode & 0o777 == 0o660


async def test_given_a_user_who_is_not_on_the_list_then_every_request_is_refused(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "other.sock"
    async with (
        serve(path, frozenset({os.geteuid() + 1}), [], rig.audit),
        aiohttp.ClientSession("http://pci", connector=aiohttp.UnixConnector(str(path))) as client,
    ):
        for target in ("/v1/health", "/nowhere"):
            async with client.get(target) as response:
                assert response.status == 403
                assert (await response.json())["error"] == "forbidden"


async def test_given_a_socket_that_is_served_then_it_is_not_taken_over(rig: Rig) -> None:
    with pytest.raises(ConfigError):
        async with serve(rig.folder / "pci.sock", frozenset(), [], rig.audit):
            pass
    assert (await health(rig)).ready


async def test_given_a_channel_that_is_captured_then_a_second_capture_of_it_is_refused(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call):
        await heard(call, "card-number")
        status, error = await rig.refused(order(call.channel_id))
        assert (status, error.error) == (409, ErrorCode.SESSION_IN_PROGRESS)
        call.press("*")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"channel_id": "nobody"}, 404, ErrorCode.CHANNEL_NOT_FOUND),
        ({"card_number": VISA}, 400, ErrorCode.INVALID_REQUEST),
        ({"channel_id": "../../asterisk"}, 400, ErrorCode.INVALID_REQUEST),
        ({"first_digit_timeout": 1e9}, 400, ErrorCode.INVALID_REQUEST),
        ({"language": "xx"}, 400, ErrorCode.INVALID_REQUEST),
        ({"language": ".."}, 400, ErrorCode.INVALID_REQUEST),
        ({"return_to": "pci"}, 400, ErrorCode.INVALID_REQUEST),
        ({"prompts": [{"for": "security-code", "say": ["no-such-prompt"]}]}, 400, ErrorCode.INVALID_REQUEST),
        ({"prompts": [{"for": "security-code", "say": ["../secret"]}]}, 400, ErrorCode.INVALID_REQUEST),
    ],
)
async def test_given_a_capture_request_that_is_wrong_then_it_is_refused_without_an_echo(
    rig: Rig, change: dict[str, object], status: int, code: ErrorCode
) -> None:
    call = await rig.incoming()
    answered, error = await rig.refused({**order(call.channel_id), **change})
    assert (answered, error.error) == (status, code)
    assert VISA not in error.message
    assert call.app == "ivr"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 50_000, json.dumps(order("1")).encode() * 2])
async def test_given_a_body_that_is_no_request_then_it_is_refused(rig: Rig, body: bytes) -> None:
    async with rig.client.post("/v1/captures", data=body) as response:
        assert response.status == 400
        assert (await response.json())["error"] == "invalid-request"


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_bytes_come_in_the_next_request_is_answered(rig: Rig, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - noise, no secret
    for _ in range(10):
        reader, writer = await asyncio.open_unix_connection(str(rig.folder / "pci.sock"))
        start = chance.choice(
            [b"", b"POST /v1/captures HTTP/1.1\r\nContent-Length: 99\r\n\r\n", b"GET /v1/health HTTP/1.1\r\n"]
        )
        writer.write(start + chance.randbytes(chance.randrange(400)))
        writer.write_eof()
        async with asyncio.timeout(5):
            assert b"500" not in (await reader.read())[:20]
        writer.close()
    assert (await health(rig)).ready


async def test_given_a_body_over_64_kib_then_it_is_refused(rig: Rig) -> None:
    async with rig.client.post("/v1/captures", data=b" " * (64 * 1024 + 1)) as response:
        assert response.status == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/tokens/tok_1", 404),
        ("POST", "/v1/tokens/tok_1", 405),
        ("POST", "/v1/charges/none/collect", 404),
        ("POST", "/v1/charges/none/void", 404),
        ("GET", "/v1/captures", 405),
        ("POST", "/v1/detokenize", 404),
        ("PUT", "/v1/charges", 405),
        ("GET", "/v1/charges/none", 404),
        ("DELETE", "/v1/tokens/tok_1", 204),
    ],
)
async def test_only_the_routes_of_the_contract_are_there(rig: Rig, method: str, path: str, status: int) -> None:
    async with rig.client.request(method, path) as response:
        assert response.status == status
        if status != 204:
            assert (await response.json())["error"] in {"not-found", "invalid-request"}


async def test_given_a_client_that_does_not_read_then_the_capture_ends_and_the_caller_is_not_kept(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never_done(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(routes, "_UNREAD_SECONDS", 0.05)
    monkeypatch.setattr(web.StreamResponse, "write", never_done)
    call = await rig.incoming()
    async with asyncio.timeout(8), rig.client.post("/v1/captures", json=order(call.channel_id)) as response:
        assert await response.read() == b""
    assert call.app == "ivr"
    assert rig.desk._sessions == {}


async def test_a_card_is_forgotten_on_request(rig: Rig) -> None:
    call = await rig.incoming()
    async with rig.capturing(call, security_code=False) as capture:
        await heard(call, "card-number")
        call.press(f"{VISA}#1227#")
    async with rig.client.delete(f"/v1/tokens/{capture.result.token}") as response:
        assert response.status == 204
    async with rig.vault._store.transaction() as database:
        assert list(await database.execute_fetchall("SELECT * FROM tokens")) == []
