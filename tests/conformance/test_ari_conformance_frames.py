"""Requests as frames on the WebSocket of the events, frame by frame, to the fake and to a real Asterisk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from asterisk_ari import AriApp, PlaybackStarted
from tests.conformance.ari_calls import DEADLINE, answered_call, first
from tests.conformance.ari_targets import Target

BRIDGE = {"type": "mixing", "name": "hall"}


@pytest.fixture(params=["fake-frames", pytest.param("asterisk-frames", marks=pytest.mark.asterisk)])
def whom(request: pytest.FixtureRequest) -> str:
    """Only this road."""
    asked: str = request.param
    return asked


class Wire:
    """A WebSocket without any client of ours."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, frame: object) -> None:
        await self._socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def response(self) -> dict[str, Any]:
        """The next answer; events before it are passed over."""
        async with asyncio.timeout(DEADLINE):
            while True:
                frame: dict[str, Any] = await self._socket.receive_json()
                if frame["type"] == "RESTResponse":
                    return frame

    async def ask(self, method: str, uri: str, **more: object) -> dict[str, Any]:
        await self.send(request(method, uri, **more))
        return await self.response()


def request(method: str, uri: str, request_id: object = "7", **more: object) -> dict[str, object]:
    return {"type": "RESTRequest", "request_id": request_id, "method": method, "uri": uri, **more}


def body(value: object) -> dict[str, object]:
    return {"content_type": "application/json", "message_body": value if type(value) is str else json.dumps(value)}


@pytest.fixture
async def wire(target: Target) -> AsyncIterator[Wire]:
    login = target.direct_login("pci")
    async with (
        aiohttp.ClientSession(headers={"Authorization": login.authorization}) as session,
        session.ws_connect(f"{login.base_url}/ari/events?app=wire") as socket,
    ):
        yield Wire(socket)


async def test_given_a_request_then_its_answer_is_a_frame_with_its_number(wire: Wire) -> None:
    made = await wire.ask("POST", "bridges/b-1", transaction_id="t", **body(BRIDGE))
    gone = await wire.ask("DELETE", "bridges/b-1?unused=1")

    assert {name: made[name] for name in ("transaction_id", "request_id", "status_code", "uri")} == {
        "transaction_id": "t",
        "request_id": "7",
        "status_code": 200,
        "uri": "bridges/b-1",
    }
    assert made["content_type"] == "application/json"
    assert json.loads(made["message_body"])["name"] == "hall"
    assert (gone["status_code"], gone["uri"], gone["transaction_id"]) == (204, "bridges/b-1", "")
    assert "message_body" not in gone


@pytest.mark.parametrize(
    ("frame", "request_id", "status", "message"),
    [
        (request("GET", "channels/nobody"), "7", 404, "Channel not found"),
        (request("GET", "channels/no%2Fbo%20dy"), "7", 404, "Channel not found"),
        (request("GET", "nothing/at/all"), "7", 404, "Resource not found"),
        (request("PUT", "channels/nobody"), "7", 405, "Invalid method"),
        (request("BREW", "channels"), "7", 400, "Unknown or missing 'method' property."),
        (request("get", "channels"), "7", 400, "Unknown or missing 'method' property."),
        (request("GET", ""), "7", 400, "Empty or missing 'uri' property."),
        (request("POST", "bridges/b", message_body="{}"), "7", 400, "No 'content_type' for 'message_body'."),
        (
            *(request("POST", "bridges/b", **body("{bad")), "7"),
            *(400, "Unable to parse 'message_body' as 'application/json'."),
        ),
        (
            *(request("GET", "channels", query_strings=[{"name": "a", "value": 5}]), "7"),
            *(400, "Unable to parse 'query_strings' array."),
        ),
        ({"type": "Nonsense", "request_id": "7"}, "7", 400, "Unknown request type."),
        ({"request_id": "7"}, "7", 400, "No 'type' property."),
        ([1], "", 400, "No 'type' property."),
        ("{bad", "", 400, None),
        ("", "", 400, None),
    ],
)
async def test_given_a_request_that_is_wrong_then_the_answer_says_so_and_the_connection_holds(
    wire: Wire, frame: object, request_id: str, status: int, message: str | None
) -> None:
    await wire.send(frame)
    refusal = await wire.response()

    assert (refusal["request_id"], refusal["status_code"]) == (request_id, status)
    assert (json.loads(refusal["message_body"])["message"] if message else None) == message
    assert (await wire.ask("GET", "channels"))["status_code"] == 200


async def test_given_a_query_then_its_values_are_taken_as_they_are_and_those_in_the_address_decoded(
    target: Target, ivr: AriApp, wire: Wire
) -> None:
    async with answered_call(target, ivr) as (phone, _):
        source = {"name": "eventSource", "value": f"channel:{phone.channel_id}"}
        taken = await wire.ask("POST", "applications/wire/subscription", query_strings=[source])
        encoded = "".join(f"%{byte:02x}" for byte in source["value"].encode())
        decoded = await wire.ask("POST", f"applications/wire/subscription?eventSource={encoded}")
        source["value"] = encoded
        literal = await wire.ask("POST", "applications/wire/subscription", query_strings=[source])

    assert [taken["status_code"], decoded["status_code"]] == [200, 200]
    assert literal["status_code"] >= 400


async def test_given_an_event_filter_without_answers_then_it_keeps_even_its_own_from_us(wire: Wire) -> None:
    only_starts, answers_too = [{"type": "StasisStart"}], [{"type": "StasisStart"}, {"type": "RESTResponse"}]
    await wire.send(request("PUT", "applications/wire/eventFilter", "1", **body({"allowed": only_starts})))
    await wire.send(request("GET", "channels", "2"))
    await wire.send(request("PUT", "applications/wire/eventFilter", "3", **body({"allowed": answers_too})))

    assert (await wire.response())["request_id"] == "3"


async def test_given_a_verb_that_waits_for_a_sound_then_the_requests_after_it_wait_too_but_no_event_does(
    target: Target, ivr: AriApp, wire: Wire
) -> None:
    async with answered_call(target, ivr) as (phone, events):
        playback = await ivr.asterisk.play(phone.channel_id, [target.sound(60)])
        await first(events, PlaybackStarted)
        channel = phone.channel_id.replace(";", "%3B")
        await wire.send(request("POST", f"channels/{channel}/answer", "1"))
        await wire.send(request("DELETE", f"playbacks/{playback.id}", "2"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):  # that no answer comes can only be waited for
                await wire.response()
        await ivr.asterisk.hang_up(phone.channel_id)

        assert [(await wire.response())["request_id"] for _ in range(2)] == ["1", "2"]
