"""Requests as frames on the WebSocket of the events: each answer to its request, and no answer holds up an event."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from asterisk_ari import (
    AnswerUnreadable,
    AriApp,
    AriError,
    AriUnreachable,
    ChannelDtmfReceived,
    Gap,
    NotAllowed,
    NotFound,
)
from asterisk_ari.road import ANSWER_LIMIT, REQUEST_LIMIT
from tests.unit.ari_peer import CHANNEL, Peer, Request

DEADLINE = 5.0  # less than a request is waited for


@pytest.fixture
async def peer(tmp_path: Path) -> AsyncIterator[Peer]:
    async with Peer.open(tmp_path / "gate.sock") as peer:
        yield peer


@pytest.fixture
async def ivr(peer: Peer) -> AsyncIterator[AriApp]:
    async with AriApp.open(peer.where, "ivr") as app:
        yield app


def named(request: Request) -> str:
    """A channel whose id is the one asked for."""
    return json.dumps(CHANNEL | {"id": request["uri"].rpartition("/")[2]})


async def test_given_a_request_then_it_is_one_frame_with_its_query_and_body_apart(peer: Peer, ivr: AriApp) -> None:
    async def done(peer: Peer, request: Request) -> None:
        await peer.respond(request, 204, None)

    peer.answer = done
    await ivr.asterisk.hang_up("a/1;2", reason="busy")
    await ivr.asterisk.move("a", "pci", ["x", "y"])

    hung_up, moved = peer.requests
    assert (hung_up["method"], hung_up["uri"]) == ("DELETE", "channels/a%2F1%3B2")
    assert hung_up["query_strings"] == [{"name": "reason", "value": "busy"}]
    assert "message_body" not in hung_up
    assert (moved["type"], moved["content_type"]) == ("RESTRequest", "application/json")
    assert json.loads(moved["message_body"]) == {"app": "pci", "appArgs": "x,y"}
    assert moved["request_id"] != hung_up["request_id"]


async def test_given_requests_at_once_when_they_are_answered_backwards_then_each_gets_its_own(
    peer: Peer, ivr: AriApp
) -> None:
    async def last_first(peer: Peer, _request: Request) -> None:
        if len(peer.requests) == 100:
            for request in reversed(peer.requests):
                await peer.respond(request, body=named(request))

    peer.answer = last_first
    async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
        tasks = {str(number): group.create_task(ivr.asterisk.channel(str(number))) for number in range(100)}

    assert all(task.result().id == name for name, task in tasks.items())


async def test_given_an_answer_that_does_not_come_then_events_and_other_answers_do(peer: Peer, ivr: AriApp) -> None:
    async def not_this_one(peer: Peer, request: Request) -> None:
        if not request["uri"].endswith("stuck"):
            await peer.respond(request, body=named(request))

    peer.answer = not_this_one
    with ivr.watch("1.0") as events:
        async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
            stuck = group.create_task(ivr.asterisk.channel("stuck"))
            await peer.asked.wait()
            await peer.key("5")

            assert await events.next() == ChannelDtmfReceived("1.0", "5", 100)
            assert (await ivr.asterisk.channel("other")).id == "other"
            assert not stuck.done()
            stuck.cancel()
            # the answer to a request that nobody waits for any more goes nowhere
            await peer.respond(peer.requests[0])
            assert (await ivr.asterisk.channel("one-more")).id == "one-more"


async def test_given_a_request_in_flight_when_the_connection_drops_then_nobody_knows_whether_it_was_done(
    peer: Peer, ivr: AriApp
) -> None:
    async def drop(peer: Peer, _request: Request) -> None:
        peer.cut()

    peer.answer = drop
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(AriUnreachable):
            await ivr.asterisk.answer("1.0")

    assert [request["uri"] for request in peer.requests] == ["channels/1.0/answer"]


async def test_given_no_connection_then_a_request_fails_at_once_and_is_not_sent_later(
    peer: Peer, ivr: AriApp
) -> None:
    with ivr.watch("1.0") as events:
        async with asyncio.timeout(DEADLINE):
            peer.cut()
            assert await events.next() == Gap(over=False)
            with pytest.raises(AriUnreachable):
                await ivr.asterisk.answer("1.0")
            assert await events.next() == Gap(over=True)

    assert peer.requests == []


async def test_given_an_answer_that_takes_too_long_then_asterisk_is_unreachable_and_the_late_answer_is_nobodys(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late(peer: Peer, request: Request) -> None:
        if len(peer.requests) == 2:
            await peer.respond(peer.requests[0], body=named(peer.requests[0]))
            await peer.respond(request, body=named(request))

    monkeypatch.setattr("asterisk_ari.app.REQUEST_TIMEOUT", 0.2)
    peer.answer = late
    async with AriApp.open(peer.where, "ivr") as ivr:
        with pytest.raises(AriUnreachable):
            await ivr.asterisk.channel("a")

        assert (await ivr.asterisk.channel("b")).id == "b"
        assert not ivr._by_frames._awaited


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *(("200", "{}"), (None, "{}"), (True, "{}"), (2.5, "{}"), ([], "{}")),
        *((200, 4111), (200, {"id": "4111"}), (200, "{4111"), (200, "[" * 50_000), (200, ""), (302, ""), (-1, "")),
    ],
)
async def test_given_an_answer_that_is_none_then_it_is_unreadable_and_the_next_one_is_read(
    peer: Peer, ivr: AriApp, status: object, body: object
) -> None:
    async def odd(peer: Peer, request: Request) -> None:
        if len(peer.requests) == 1:
            await peer.respond(request, status, body)
        else:
            await peer.respond(request)

    peer.answer = odd
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(AnswerUnreadable) as unreadable:
            await ivr.asterisk.channel("a")
        assert "4111" not in repr(unreadable.value)
        assert (await ivr.asterisk.channel("b")).id == "1.0"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FRAME = st.fixed_dictionaries(
    {"type": st.sampled_from(["RESTResponse", "RESTRequest", "Nonsense"])},
    optional={"request_id": JSON | st.integers(0, 9).map(str), "status_code": JSON, "message_body": JSON},
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(frames=st.lists(FRAME, max_size=6), status=JSON, body=JSON)
def test_given_any_frames_and_any_answer_then_the_request_ends_and_the_connection_holds(
    frames: list[dict[str, object]], status: object, body: object
) -> None:
    async def scenario(folder: Path) -> None:
        async def anything(peer: Peer, request: Request) -> None:
            if len(peer.requests) == 1:
                for frame in frames:
                    await peer.tell(frame)
                await peer.respond(request, status, body)
            else:
                await peer.respond(request)

        async with Peer.open(folder / "gate.sock") as peer, AriApp.open(peer.where, "ivr") as app:
            peer.answer = anything
            async with asyncio.timeout(DEADLINE):
                with suppress(AriError):
                    await app.asterisk.ring("a")
                assert (await app.asterisk.channel("b")).id == "1.0"
                assert len([frame for frame in peer.frames if frame["uri"] == "channels"]) == 1

    with tempfile.TemporaryDirectory() as folder, capture_logs():
        asyncio.run(scenario(Path(folder)))


async def test_given_a_request_that_is_too_long_then_it_is_not_sent_and_the_connection_holds(
    peer: Peer, ivr: AriApp
) -> None:
    async def done(peer: Peer, request: Request) -> None:
        await peer.respond(request)

    peer.answer = done
    with pytest.raises(ValueError, match="at most 60,000 bytes"):
        await ivr.asterisk.play("a", ["sound:" + "x" * REQUEST_LIMIT])

    assert (await ivr.asterisk.channel("b")).id == "1.0"
    assert len(peer.requests) == 1


async def test_given_an_answer_that_is_too_long_then_the_connection_is_given_up_and_a_gap_told(
    peer: Peer, ivr: AriApp
) -> None:
    async def endless(peer: Peer, request: Request) -> None:
        await peer.respond(request, body=" " * ANSWER_LIMIT)

    peer.answer = endless
    with ivr.watch("1.0") as events:
        async with asyncio.timeout(DEADLINE):
            with pytest.raises(AriUnreachable):
                await ivr.asterisk.channel("a")
            assert [await events.next(), await events.next()] == [Gap(over=False), Gap(over=True)]


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (
            403,
            {"message": "gate: own-bridges: 4111 is not yours"},
            NotAllowed,
            "by the gate's rule own-bridges: HTTP",
        ),
        (403, {"message": "gate: 4111: no"}, NotAllowed, "(POST channels: HTTP 403)"),
        (403, {"message": "Forbidden"}, NotAllowed, "(POST channels: HTTP 403)"),
        (404, {"message": "gate: own-bridges: 4111"}, NotFound, "(POST channels: HTTP 404)"),
    ],
)
async def test_given_a_refusal_then_the_error_names_the_gates_rule_and_nothing_else_of_the_text(
    peer: Peer, ivr: AriApp, status: int, body: object, kind: type[AriError], told: str
) -> None:
    async def refuse(peer: Peer, request: Request) -> None:
        await peer.respond(request, status, json.dumps(body))

    peer.answer = refuse
    with pytest.raises(kind) as refused:
        await ivr.asterisk.ring("4111")

    assert told in str(refused.value)
    assert "4111" not in f"{refused.value!r} {refused.value}"
    assert refused.value.__context__ is None
