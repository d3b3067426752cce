"""A call side that was broken into plays with time: old connections, and a reader that does not read.

What the gate knows of channels must not grow old by anything that the call side does.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from stack.asterisk import Instance
from tests.asterisk.gated_calls import Caller, Scene, open_scene
from tests.asterisk.test_gate_every_operation import write_silence
from tests.standins.gated import CallSide

pytestmark = pytest.mark.timeout(60)
BRIDGES = 60  # a list of so many is an answer of 20 KiB


@pytest.fixture
async def scene(asterisk: Instance, tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(asterisk, tmp_path) as scene:
        write_silence(tmp_path / "sounds" / "en" / "welcome.wav")
        yield scene


async def test_given_two_connections_when_the_card_side_takes_a_channel_then_the_older_one_cannot_reach_it(
    scene: Scene,
) -> None:
    async with scene.gate.call_side() as older:
        caller = await scene.caller(older)
        await older.ask("POST", "bridges/ivr-b", {"type": "mixing,proxy_media"})
        async with scene.gate.call_side() as newer:
            async with scene.captured(caller):
                await newer.until(lambda it: it.events("StasisEnd"))
                await older.until(lambda it: it.closed)
            await newer.ask("DELETE", "bridges/ivr-b")


async def test_given_a_call_side_that_stops_reading_then_the_gate_knows_all_the_same_who_was_taken(
    scene: Scene,
) -> None:
    async with (
        scene.gate.call_side() as call_side,
        deaf(scene, call_side) as (socket, caller),
        scene.captured(caller),
    ):
        await asyncio.sleep(0.3)
        added = {"channel": caller.channel_id}
        await ask(socket, "POST", "bridges/ivr-0/addChannel", added)
        await asyncio.sleep(1.0)
        assert caller.channel_id not in (await scene.pci.asterisk.bridge("ivr-0")).channel_ids


async def test_given_a_call_side_that_stops_reading_then_a_key_held_through_the_give_back_is_not_told(
    scene: Scene,
) -> None:
    async with scene.gate.call_side() as call_side, deaf(scene, call_side) as (socket, caller):
        async with scene.captured(caller):
            held = {"dtmf": "7", "duration": 1000}
            url = f"{scene.asterisk.ari_url}/ari/channels/{caller.far_id}/dtmf"
            async with scene.session.post(url, json=held) as answer:
                assert answer.status == 204
            await asyncio.sleep(0.3)
            await scene.pci.asterisk.move(caller.channel_id, "ivr", ("back",))
        await asyncio.sleep(3)
        heard = ""
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                    heard += json.loads(message.data).get("digit", "")
                raise TimeoutError
        assert heard == ""


async def ask(socket: aiohttp.ClientWebSocketResponse, method: str, uri: str, body: object = None) -> None:
    frame = {"type": "RESTRequest", "method": method, "uri": uri}
    if body:
        frame |= {"content_type": "application/json", "message_body": json.dumps(body)}
    await socket.send_str(json.dumps(frame))


@asynccontextmanager
async def deaf(scene: Scene, first: CallSide) -> AsyncIterator[tuple[aiohttp.ClientWebSocketResponse, Caller]]:
    """A connection of the call side whose buffers are full, so that the gate cannot tell it anything."""
    for number in range(BRIDGES):
        await first.ask("POST", f"bridges/ivr-{number}", {"type": "mixing,proxy_media"})
    caller, other = await scene.caller(first), await scene.caller(first)
    async with scene.gate.http() as session, session.ws_connect("/ari/events?app=ivr", max_msg_size=0) as socket:
        for _ in range(60):
            await ask(socket, "GET", "bridges")
        for number in range(250):  # two events each
            await ask(
                socket,
                "POST",
                f"channels/{other.channel_id.replace(';', '%3B')}/play/ivr-{number}",
                {"media": [scene.gate.sound]},
            )
            await ask(socket, "DELETE", f"playbacks/ivr-{number}")
        await asyncio.sleep(1.5)
        yield socket, caller
    for number in range(BRIDGES):
        await scene.pci.asterisk.destroy_bridge(f"ivr-{number}")
