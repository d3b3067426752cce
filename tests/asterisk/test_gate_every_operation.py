"""A call side that was broken into tries all that Asterisk can do on a caller who keys a card.

The list of operations is Asterisk's own, so none is forgotten. What reached Asterisk is read from the wire.
"""

from __future__ import annotations

import asyncio
import re
import wave
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from stack.asterisk import Instance
from tests.asterisk.gated_calls import Operation, keys_heard, open_scene, operations
from tests.standins.gated import CallSide, Reply

pytestmark = pytest.mark.timeout(180)
CARD = "4111111111111111#1230#123#"
# what a call side may always ask for: lists of its own things, and what it made itself
HARMLESS = {
    "GET /channels",
    "GET /bridges",
    "GET /applications/{applicationName}",
    "GET /bridges/{bridgeId}",
    "DELETE /bridges/{bridgeId}",
    "GET /playbacks/{playbackId}",
    "DELETE /playbacks/{playbackId}",
    "GET /recordings/live/{recordingName}",
    "DELETE /recordings/live/{recordingName}",
    "POST /recordings/live/{recordingName}/stop",
}
OWN = (
    *("bridges", "bridges/ivr-b", "playbacks/ivr-p"),
    *("playbacks/ivr-rec-ivr-b", "recordings/live/ivr-rec-ivr-b"),
)
# what the gate itself asks, to know where channels are
LOOKS = {"PUT applications/ivr/eventFilter", "GET applications/ivr", "GET applications/pci", "GET channels"}


def widened(name: str, captive: str) -> list[str]:
    """What an attacker would give for a parameter."""
    sources = (
        f"channel:{captive}",
        "endpoint:PJSIP",
        "endpoint:PJSIP/anonymous",
        "channel:",
        "bridge:",
        "deviceState:",
    )
    values = {
        "channel": [captive],
        "channelId": [captive, "ivr-x"],
        "app": ["ivr", "pci", "other"],
        "subscribeAll": ["true"],
        "eventSource": list(sources),
        "source": list(sources),
        "spy": ["both", "in"],
        "whisper": ["both"],
        "endpoint": [f"Local/{captive}", "PJSIP/1000", "Local/1000@incoming"],
        "variable": ["CHANNEL(name)", "SHELL(id)"],
        "variables": ["{}"],
        "value": ["1"],
        "media": ["digits:4111", "recording:x", "sound:/etc/passwd"],
        "external_host": ["127.0.0.1:9"],
        "name": ["ivr-rec-x", "x"],
        "format": ["wav"],
        "filter": ['{"allowed":[]}'],
    }
    return values.get(name, ["1", "ivr", captive])


def tries(operation: Operation, captive: str) -> Iterator[tuple[str, dict[str, str], bool]]:
    """Path, parameters and whether they go into the body: none, each alone in every value, and all at once."""
    known = {"channelId": [captive], "bridgeId": ["ivr-b", "pci-b"], "applicationName": ["ivr", "pci", "far"]}
    paths = [operation.path.lstrip("/")]
    for name in re.findall(r"\{(\w+)\}", operation.path):
        values = known.get(name, ["ivr-p", "ivr-rec-ivr-b", "x"])
        paths = [path.replace(f"{{{name}}}", value.replace(";", "%3B")) for path in paths for value in values]
    given = [{name: value} for name in operation.parameters for value in widened(name, captive)]
    whole = {name: widened(name, captive)[0] for name in operation.parameters}
    for path in paths:
        yield path, {}, False
        for parameters in [*given, whole] if given else []:
            yield path, parameters, False
            yield path, parameters, True


async def attempt(call_side: CallSide, method: str, path: str, parameters: dict[str, str], in_body: bool) -> Reply:
    while (reply := await once(call_side, method, path, parameters, in_body)).rule == "too-many":
        await asyncio.sleep(0.2)  # the gate would refuse all for that reason alone, and prove nothing
    return reply


async def once(call_side: CallSide, method: str, path: str, parameters: dict[str, str], in_body: bool) -> Reply:
    if in_body:
        return await call_side.ask(method, path, parameters)
    return await call_side.send(
        {
            "type": "RESTRequest",
            "method": method,
            "uri": path,
            "query_strings": [{"name": name, "value": value} for name, value in parameters.items()],
        }
    )


async def test_given_a_caller_who_keys_a_card_when_every_operation_is_tried_then_all_is_refused_and_no_key_told(
    asterisk: Instance, tmp_path: Path
) -> None:
    async with open_scene(asterisk, tmp_path) as scene, scene.gate.call_side() as call_side:
        every = await operations(asterisk, scene.session)
        assert len(every) > 90
        caller, other = await scene.caller(call_side), await scene.caller(call_side)
        async with scene.captured(caller) as heard_by_pci:
            await call_side.until(lambda it: it.events("StasisEnd"))
            before = len(scene.tap.sent)
            await caller.press(CARD)
            tried, passed = 0, set()
            for operation in every:
                for path, parameters, in_body in tries(operation, caller.channel_id):
                    reply = await attempt(call_side, operation.method, path, parameters, in_body)
                    tried += 1
                    assert 200 <= reply.status < 500, (operation, reply)
                    if not reply.rule:
                        passed.add(f"{operation.method} {operation.path}")
            assert await keys_heard(heard_by_pci, len(CARD)) == CARD, "the card side hears what nobody else may"
        sent = bytes(scene.tap.sent[before:])

        assert passed - HARMLESS == set()
        assert tried > 1000
        assert call_side.keys == ""
        assert '"digit"' not in call_side.received
        reached = set(re.findall(r"^(\w+) /ari/(\S*) HTTP/1.1\r$", sent.decode("latin-1"), re.MULTILINE))
        own = {f"{method} {name}" for method in ("GET", "DELETE") for name in OWN}
        asked = {f"{method} {path}" for method, path in reached}
        assert asked - LOOKS - own == {"POST recordings/live/ivr-rec-ivr-b/stop"}
        assert caller.far_id.encode() not in sent

        here = other.channel_id.replace(";", "%3B")
        assert (await call_side.ask("GET", f"channels/{here}")).status == 200
        await other.press("42")
        await call_side.until(lambda it: it.keys == "42")


async def test_given_every_way_to_open_the_events_of_others_then_the_gates_door_stays_shut(
    asterisk: Instance, tmp_path: Path
) -> None:
    async with open_scene(asterisk, tmp_path) as scene, scene.gate.http() as session:
        for query in ("app=pci", "app=ivr&subscribeAll=true", "app=ivr,pci", "app=ivr&app=pci", "", "app=far"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(f"/ari/events?{query}")
            assert refused.value.status == 403
        for operation in await operations(asterisk, scene.session):
            path = re.sub(r"\{\w+\}", "x", operation.path)
            async with session.request(operation.method, f"/ari{path}", json={}) as answer:
                assert answer.status == 403
                assert (await answer.json())["message"].startswith("gate: http: ")


async def test_given_a_key_held_down_while_the_caller_is_given_back_then_the_call_side_is_not_told_of_it(
    asterisk: Instance, tmp_path: Path
) -> None:
    async with open_scene(asterisk, tmp_path) as scene, scene.gate.call_side() as call_side:
        caller = await scene.caller(call_side)
        async with scene.captured(caller):
            held = {"dtmf": "7", "duration": 1500}
            url = f"{asterisk.ari_url}/ari/channels/{caller.far_id}/dtmf"
            async with scene.session.post(url, json=held) as answer:
                assert answer.status == 204
            await asyncio.sleep(0.5)  # the key is down now, which no event tells
            await scene.pci.asterisk.move(caller.channel_id, "ivr", ("back",))
            await call_side.until(lambda it: len(it.events("StasisStart")) == 2)
        await caller.press("1")
        await call_side.until(lambda it: it.keys)
        assert call_side.keys == "1"
        told_to_the_gate = re.findall(rb'"digit":\s*"(.)"', scene.tap.received)
        assert told_to_the_gate == [b"7", b"1"], "Asterisk told the gate of both"


async def test_given_a_channel_that_is_taken_while_it_is_added_to_a_bridge_then_it_is_in_no_bridge_at_the_end(
    asterisk: Instance, tmp_path: Path
) -> None:
    async with open_scene(asterisk, tmp_path) as scene, scene.gate.call_side() as call_side:
        caller = await scene.caller(call_side)
        name = caller.channel_id.replace(";", "%3B")
        write_silence(tmp_path / "sounds" / "en" / "welcome.wav")
        await call_side.ask("POST", "bridges/ivr-late", {"type": "mixing,proxy_media"})
        played = await call_side.ask("POST", f"channels/{name}/play/ivr-p", {"media": [scene.gate.sound]})
        assert played.status == 201
        while (await call_side.ask("GET", "playbacks/ivr-p")).body["state"] != "playing":
            pass
        await scene.pci.asterisk.move(caller.channel_id, "pci")
        late = await call_side.ask("POST", "bridges/ivr-late/addChannel", {"channel": caller.channel_id})
        assert (late.status, late.rule) == (403, "capture")
        assert (await scene.pci.asterisk.bridge("ivr-late")).channel_ids == ()
        assert (await call_side.ask("DELETE", "bridges/ivr-late")).status == 204


def write_silence(path: Path) -> None:
    """Two seconds: a busy machine has to come that far in them."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(32000))
