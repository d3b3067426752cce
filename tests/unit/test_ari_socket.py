"""An application over a gate's unix socket: who is at the other end, and events that come while it connects."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from asterisk_ari import (
    ApplicationTaken,
    AriApp,
    AriSocket,
    AriUnreachable,
    ChannelDtmfReceived,
    Gap,
    LoginRefused,
    WrongPeer,
)
from asterisk_ari.fake import FakeAsterisk
from tests.unit.ari_peer import CHANNEL, Peer, Request

DEADLINE = 10.0
START = {"type": "StasisStart", "args": [], "channel": CHANNEL}


@pytest.fixture
async def peer(tmp_path: Path) -> AsyncIterator[Peer]:
    async with Peer.open(tmp_path / "gate.sock") as peer:
        yield peer


async def test_given_a_gate_of_the_expected_user_then_it_is_spoken_to(peer: Peer) -> None:
    async with AriApp.open(AriSocket(peer.where.path, os.getuid()), "ivr") as app:
        assert app.connected


async def test_given_a_gate_of_another_user_then_it_is_told_nothing_and_opening_fails_at_once(peer: Peer) -> None:
    stranger = AriSocket(peer.where.path, uid=os.getuid() + 1)
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(WrongPeer, match="check who runs the gate"):
            async with AriApp.open(stranger, "ivr", patience=10 * DEADLINE):
                pass

    assert peer.frames == []


async def test_given_no_gate_then_opening_fails_when_patience_ends(tmp_path: Path) -> None:
    with pytest.raises(AriUnreachable, match="the gate, if there is one"):
        async with AriApp.open(AriSocket(tmp_path / "gate.sock"), "ivr", patience=0.2):
            pass


async def test_given_a_gate_that_refuses_us_then_opening_fails_at_once(peer: Peer) -> None:
    peer.status = 403
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(LoginRefused):
            async with AriApp.open(peer.where, "ivr", patience=10 * DEADLINE):
                pass


def test_given_a_path_that_no_socket_can_have_then_it_is_refused() -> None:
    assert AriSocket(Path("/" + "x" * 106)).uid is None
    with pytest.raises(ValueError, match="at most 107 bytes"):
        AriSocket(Path("/" + "x" * 107))


async def test_given_events_that_come_before_it_is_known_what_is_where_then_they_come_after_it_in_order(
    peer: Peer,
) -> None:
    async def busy() -> None:
        await peer.tell(START)
        for digit in "123":
            await peer.key(digit)

    peer.early = busy
    async with AriApp.open(peer.where, "ivr") as app, asyncio.timeout(DEADLINE):
        start = await anext(app.arrivals())
        with app.watch(start.channel_id) as events:
            await peer.key("4")
            told = [await events.next() for _ in range(4)]

    assert not start.found
    assert told == [ChannelDtmfReceived("1.0", digit, 100) for digit in "1234"]


async def test_given_a_known_call_when_events_come_while_reconnecting_then_they_come_after_the_gap(
    peer: Peer,
) -> None:
    async def busy() -> None:
        await peer.key("7")

    peer.living = [CHANNEL]
    async with AriApp.open(peer.where, "ivr") as app, asyncio.timeout(DEADLINE):
        start = await anext(app.arrivals())
        with app.watch(start.channel_id) as events:
            peer.early = busy
            peer.cut()
            told = [await events.next() for _ in range(3)]

    assert start.found
    assert told == [Gap(over=False), Gap(over=True), ChannelDtmfReceived("1.0", "7", 100)]


async def test_given_more_early_events_than_can_be_kept_then_the_connection_is_opened_again(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def flood() -> None:
        for _ in range(6):
            await peer.key("1")
        peer.early = None

    monkeypatch.setattr("asterisk_ari.app._EARLY_LIMIT", 5)
    peer.early = flood
    with capture_logs() as logs:
        async with AriApp.open(peer.where, "ivr") as app:
            assert app.connected

    assert [entry["event"] for entry in logs] == ["ari_connection_failed", "ari_connected"]


async def test_given_an_application_that_is_taken_at_once_then_it_ends(peer: Peer) -> None:
    async def taken() -> None:
        await peer.tell({"type": "ApplicationReplaced"})

    peer.early = taken
    async with asyncio.timeout(DEADLINE), AriApp.open(peer.where, "ivr") as app:
        with pytest.raises(ApplicationTaken):
            await anext(app.arrivals())

    assert app.taken


async def test_given_a_far_end_that_is_slow_to_part_when_the_application_is_taken_then_it_is_over_at_once(
    peer: Peer,
) -> None:
    parted = asyncio.Event()

    async def replaced(peer: Peer, _request: Request) -> None:
        await peer.tell({"type": "ApplicationReplaced"})
        await parted.wait()

    peer.answer = replaced
    async with asyncio.timeout(DEADLINE), AriApp.open(peer.where, "ivr") as app:
        try:
            with pytest.raises(AriUnreachable):
                await app.asterisk.ring("1.0")
            assert app.taken
            assert not app.connected
        finally:
            parted.set()


async def test_given_a_call_over_a_socket_then_no_log_tells_a_key_or_an_answer(peer: Peer) -> None:
    async def answer(peer: Peer, request: Request) -> None:
        await peer.respond(request, 500, '{"message": "4111"}')
        await peer.key("4")
        peer.cut()

    peer.answer = answer
    with capture_logs() as logs:
        async with AriApp.open(peer.where, "ivr") as app:
            with app.watch("1.0") as events:
                with pytest.raises(Exception, match=r"HTTP 500|did not answer"):
                    await app.asterisk.ring("4111")
                while await events.next() != Gap(over=True):
                    pass

    assert {entry["event"] for entry in logs} == {"ari_connected", "ari_connection_lost"}
    assert "4111" not in str(logs)


@pytest.mark.parametrize("by", ["http", "socket"])
async def test_given_an_application_then_the_ids_it_chooses_begin_with_its_name(tmp_path: Path, by: str) -> None:
    gate = tmp_path / "gate.sock"
    async with (
        FakeAsterisk.open(gate=gate) as fake,
        AriApp.open(fake.login("ivr") if by == "http" else AriSocket(gate), "ivr") as app,
    ):
        made = await app.asterisk.originate("PJSIP/agent", "ivr")
        playback = await app.asterisk.play(made.id, ["sound:hello"])
        bridge = await app.asterisk.create_bridge()

    ids = [made.id, playback.id, bridge.id, app.asterisk.new_id()]
    assert all(name.startswith("ivr-") for name in ids)
    assert len(set(ids)) == 4
