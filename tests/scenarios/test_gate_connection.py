"""The gate between a call side and a (fake) Asterisk: drops, captures, orphans, strangers."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from asterisk_ari import AriApp
from asterisk_ari.fake import FakeAsterisk
from pci.gate import asterisk, connection
from tests.standins.gate_scene import AGENTS, Scene, open_scene
from tests.standins.gated import answering, gated


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with answering(tmp_path / "pci.sock"), open_scene(tmp_path, AGENTS) as scene:
        yield scene


async def test_given_a_capture_then_no_event_of_it_is_told_and_nothing_can_be_done_to_it(scene: Scene) -> None:
    call = await scene.caller()
    call.press("1")
    await scene.captured(call)
    told = len(scene.me.told)
    call.press("4111")
    for method, path in (("POST", "answer"), ("POST", "play/ivr-p"), ("DELETE", "")):
        body = {"media": [scene.gate.sound]} if "play" in path else None
        refused = await scene.me.ask(method, f"channels/{call.channel_id}/{path}".rstrip("/"), body)
        assert (refused.status, refused.rule) in ((403, "capture"), (403, "away"))
    assert scene.me.told[told:] == []
    assert scene.me.keys == "1"
    assert scene.alarms == ["capture"]

    await scene.pci.asterisk.move(call.channel_id, "ivr", ("back",))
    await scene.me.until(lambda it: len(it.events("StasisStart")) == 2)
    call.press("2")
    await scene.me.until(lambda it: it.keys == "12")


async def test_given_a_capture_when_the_call_side_connects_anew_then_it_learns_only_that_the_call_lives(
    scene: Scene,
) -> None:
    captive, own = await scene.caller(), await scene.caller()
    await scene.captured(captive)
    async with scene.gate.call_side() as again:
        shown = {channel["id"]: channel for channel in (await again.ask("GET", "channels")).body}
        assert shown[captive.channel_id] == {"id": captive.channel_id, "state": "Up"}
        assert shown[own.channel_id]["dialplan"]["app_name"] == "Stasis"
        assert (await again.ask("GET", "applications/ivr")).body["channel_ids"] == [own.channel_id]
        captive.press("4111")
        own.press("7")
        await again.until(lambda it: it.keys == "7")
        assert (await again.ask("POST", f"channels/{captive.channel_id}/answer")).rule == "capture"


async def test_given_channels_of_others_then_they_do_not_exist_for_the_call_side(scene: Scene) -> None:
    async with AriApp.open(scene.asterisk.login("pci"), "other"):
        stranger = scene.asterisk.dial("1000", app="other")
        assert (await scene.me.ask("GET", "channels")).body == []
        gone = await scene.me.ask("POST", f"channels/{stranger.channel_id}/answer")
        assert (gone.status, gone.rule) == (404, "gone")
        assert scene.alarms == []


async def test_given_an_originated_leg_with_its_second_subscription_when_it_is_captured_then_its_keys_stay_away(
    scene: Scene,
) -> None:
    leg = await scene.me.ask("POST", "channels/ivr-leg", {"endpoint": "PJSIP/agent-1", "app": "ivr"})
    assert leg.status == 200
    await scene.me.until(lambda it: it.events("StasisStart"))
    call = next(call for call in scene.asterisk.calls if call.channel_id == "ivr-leg")
    await scene.captured(call)
    call.press("4111")
    assert (await scene.me.ask("GET", "applications/ivr")).body["channel_ids"] == []
    assert (await scene.me.ask("DELETE", "channels/ivr-leg")).rule == "away"
    assert scene.me.keys == ""
    async with scene.gate.call_side() as again:
        call.press("1111")
        assert (await again.ask("GET", "applications/ivr")).body["channel_ids"] == []
        assert again.keys == ""


async def test_given_a_card_side_that_is_down_then_its_caller_may_be_told_so_and_hung_up_on(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as scene:
        async with answering(tmp_path / "pci.sock"):
            call = await scene.caller()
            await scene.captured(call)
            assert (await scene.me.ask("DELETE", f"channels/{call.channel_id}")).rule == "away"
        media = {"media": [scene.gate.sound]}
        assert (await scene.me.ask("POST", f"channels/{call.channel_id}/play/ivr-p", media)).status == 201
        assert (await scene.me.ask("POST", f"channels/{call.channel_id}/answer")).rule == "capture"
        call.press("4")
        assert (await scene.me.ask("DELETE", f"channels/{call.channel_id}")).status == 204
        assert call.ended
        assert scene.me.keys == ""


async def test_given_a_gate_without_descriptors_then_a_card_side_that_it_cannot_ask_is_not_taken_for_dead(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call side could bring that about, by connections without end."""
    call = await scene.caller()
    await scene.captured(call)

    async def none_left(_: Path) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(asyncio, "open_unix_connection", none_left)
    assert (await scene.me.ask("DELETE", f"channels/{call.channel_id}")).rule == "away"


async def test_given_an_asterisk_that_fails_when_it_is_asked_whom_the_card_side_has_then_nobody_counts_as_free(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await scene.caller()
    await scene.captured(call)
    send = asterisk.Asterisk.send

    async def failing(self: asterisk.Asterisk, method: str, parts: tuple[str, ...], body: Any) -> tuple[int, bytes]:
        return (500, b"{}") if parts == ("applications", "pci") else await send(self, method, parts, body)

    monkeypatch.setattr(asterisk.Asterisk, "send", failing)
    refused = await scene.me.ask("DELETE", f"channels/{call.channel_id}")
    assert (refused.status, refused.rule) == (503, "asterisk-silent")


async def test_given_more_channels_than_one_read_brings_then_all_are_known(scene: Scene) -> None:
    for number in range(400):
        scene.asterisk.dial(str(number))
    await scene.me.until(lambda it: len(it.events("StasisStart")) == 400)
    async with scene.gate.call_side() as again:
        assert len((await again.ask("GET", "channels")).body) == 400


async def test_given_an_asterisk_that_drops_then_the_call_side_is_dropped_too(scene: Scene) -> None:
    scene.asterisk.drop_connections()
    await scene.me.until(lambda it: it.closed)


async def test_given_a_call_side_that_drops_then_its_application_is_closed_in_asterisk(scene: Scene) -> None:
    await scene.me.socket.close()
    await scene.asterisk.until(lambda it: "ivr" not in it.app_names)


async def test_given_no_asterisk_then_the_call_side_is_told_to_come_again(scene: Scene) -> None:
    scene.asterisk.unreachable = True
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with scene.gate.call_side():
            pass
    assert refused.value.status == 503


async def test_given_a_second_call_side_then_the_first_is_told_that_its_application_was_taken(scene: Scene) -> None:
    async with scene.gate.call_side() as second:
        await scene.me.until(lambda it: it.events("ApplicationReplaced"))
        call = scene.asterisk.dial("1000")
        await second.until(lambda it: it.events("StasisStart"))
        call.press("1")
        await second.until(lambda it: it.keys == "1")
        assert scene.me.keys == ""
        await scene.me.until(lambda it: it.closed)


@pytest.mark.parametrize("query", ["", "app=pci", "app=ivr&subscribeAll=true", "app=ivr&app=ivr", "app=ivr&x=1"])
async def test_given_another_websocket_than_its_own_then_the_gate_stays_shut_and_it_is_an_alarm(
    scene: Scene, query: str
) -> None:
    async with scene.gate.http() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"/ari/events?{query}")
        assert refused.value.status == 403
        async with session.get("/ari/channels") as answer:
            assert (answer.status, await answer.json()) == (
                403,
                {"message": "gate: http: this socket takes the WebSocket of the call side's own application, "
                 "those of phones, and nothing else"},
            )  # fmt: skip
    assert scene.alarms == ["http"]


async def test_given_no_phones_in_the_settings_then_no_phone_gets_through(scene: Scene) -> None:
    async with scene.gate.http() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect("/ws", protocols=("sip",))
    assert (refused.value.status, scene.alarms) == (403, ["http"])


async def test_given_a_user_who_is_not_allowed_then_not_even_that(tmp_path: Path) -> None:
    async with FakeAsterisk.open({"gate": "gate-password"}) as asterisk:
        others = f"allowed_uids = [{os.geteuid() + 1}]\n"
        async with gated(tmp_path, asterisk.login("gate"), top=others) as gate:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with gate.call_side():
                    pass
            assert refused.value.status == 403
            assert gate.alarms.raised == [("gate_widening_refused", "user")]
            assert asterisk.app_names == ()


async def test_given_frames_that_are_no_requests_then_each_is_answered_and_the_connection_stays(scene: Scene) -> None:
    await scene.me.socket.send_str("{")
    await scene.me.socket.send_bytes(b"{}")
    assert (await scene.me.send({"type": "Other"})).status == 400
    assert scene.me.received.count('"status_code":400') == 3
    assert (await scene.me.ask("GET", "bridges")).body == []


async def test_given_a_frame_beyond_the_limit_then_the_connection_ends(scene: Scene) -> None:
    await scene.me.socket.send_str("x" * (64 * 1024 + 1))
    await scene.me.until(lambda it: it.closed)


async def test_given_more_requests_in_flight_than_may_be_then_one_more_is_refused_and_later_ones_are_not(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_IN_FLIGHT", 0)
    busy = await scene.me.ask("GET", "bridges")
    assert (busy.status, busy.rule) == (429, "too-many")
    monkeypatch.undo()
    monkeypatch.setattr(connection, "MOST_IN_A_SECOND", 0)
    assert (await scene.me.ask("GET", "bridges")).rule == "too-many"
    monkeypatch.undo()
    assert (await scene.me.ask("GET", "bridges")).status == 200
