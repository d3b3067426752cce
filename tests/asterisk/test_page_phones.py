"""The phone in a page registers through the gate, with a secret that was set for it, and only while that holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from asterisk_ari import AriLogin
from stack.asterisk import Instance
from tests.standins.gated import CallSide, Gated, answering, gated

AUTH = "asterisk/config/dynamic/res_pjsip/auth/agent-1"
REGISTER = """REGISTER sip:127.0.0.1 SIP/2.0
Via: SIP/2.0/WS page.invalid;branch=z9hG4bK{number}
From: <sip:agent-1@127.0.0.1>;tag=page
To: <sip:agent-1@127.0.0.1>
Call-ID: page
CSeq: {number} REGISTER
Contact: <sip:agent-1@page.invalid;transport=ws>
Max-Forwards: 70
{login}Content-Length: 0

"""


class Page:
    """What a page's phone says, without its sound."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0

    async def register(self, secret: str) -> int:
        """The status that it ends with."""
        answer = await self._ask("")
        asked = dict(re.findall(r'(\w+)="?([^",\r]+)', answer.partition("WWW-Authenticate:")[2]))
        if not asked:
            return _status(answer)
        whole = ":".join(
            (_md5(f"agent-1:{asked['realm']}:{secret}"), asked["nonce"], "00000001", "page", "auth",
             _md5("REGISTER:sip:127.0.0.1"))
        )  # fmt: skip
        login = (
            f'Authorization: Digest username="agent-1", realm="{asked["realm"]}", nonce="{asked["nonce"]}",'
            f' uri="sip:127.0.0.1", response="{_md5(whole)}", algorithm=MD5, qop=auth, nc=00000001, cnonce="page",'
            f' opaque="{asked.get("opaque", "")}"\n'
        )
        return _status(await self._ask(login))

    async def _ask(self, login: str) -> str:
        self._number += 1
        await self._socket.send_str(REGISTER.format(number=self._number, login=login).replace("\n", "\r\n"))
        return str(await self._socket.receive_str(timeout=30))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


def fields(secret: str) -> dict[str, object]:
    values = {"auth_type": "userpass", "username": "agent-1", "password": secret}
    return {"fields": [{"attribute": name, "value": value} for name, value in values.items()]}


@pytest.fixture
async def gate(asterisk: Instance, tmp_path: Path) -> AsyncIterator[Gated]:
    login = AriLogin(asterisk.ari_url, "gate", asterisk.gate_password)
    async with (
        answering(tmp_path / "pci.sock"),
        gated(tmp_path, login, '[phones]\nendpoints = ["agent-1"]\n') as gate,
    ):
        yield gate


@pytest.fixture
async def call_side(gate: Gated) -> AsyncIterator[CallSide]:
    async with gate.call_side() as me:
        yield me


async def test_given_a_secret_that_was_set_then_the_page_registers_with_it_and_with_no_other(
    asterisk: Instance, gate: Gated, call_side: CallSide
) -> None:
    first, second = "a" * 43, "b" * 43
    async with gate.http() as session, session.ws_connect("/ws", protocols=("sip",)) as socket:
        page = Page(socket)
        assert await page.register(first) >= 400, "nobody has signed in"
        assert (await call_side.ask("PUT", AUTH, fields(first))).status == 200
        assert await page.register(first) == 200
        assert "agent-1/sip:agent-1@" in await asterisk.cli("pjsip show contacts")
        assert (await call_side.ask("PUT", AUTH, fields(second))).status == 200
        assert await page.register(first) == 401, "another page has been opened"
        assert await page.register(second) == 200
        assert (await call_side.ask("DELETE", AUTH)).status == 204
        assert await page.register(second) >= 400, "signed out"
    assert first not in call_side.received
    assert second not in call_side.received


async def test_given_more_connections_than_the_phones_need_then_no_more_reach_asterisk(gate: Gated) -> None:
    async with (
        gate.http() as session,
        session.ws_connect("/ws", protocols=("sip",)),
        session.ws_connect("/ws", protocols=("sip",)),
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect("/ws", protocols=("sip",))
    assert refused.value.status == 429
