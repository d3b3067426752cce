"""Bridges behind the gate: whom the card side takes does not stay in one, and those of others are not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from pci.gate import asterisk
from pci.gate.checks import Refused
from tests.standins.gate_scene import AGENTS, Scene, open_scene
from tests.standins.gated import answering


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with answering(tmp_path / "pci.sock"), open_scene(tmp_path, AGENTS) as scene:
        yield scene


async def test_given_a_channel_that_is_taken_while_it_is_added_to_a_bridge_then_it_is_taken_out_again(
    scene: Scene,
) -> None:
    call = await scene.caller()
    await scene.me.ask("POST", "bridges/ivr-b", {"type": "mixing,proxy_media"})
    scene.asterisk.seconds_per_sound = 0.3
    await scene.me.ask("POST", f"channels/{call.channel_id}/play/ivr-p", {"media": [scene.gate.sound]})
    await scene.pci.asterisk.move(call.channel_id, "pci")  # waits for the sound, as does the next
    late = await scene.me.ask("POST", "bridges/ivr-b/addChannel", {"channel": call.channel_id})
    assert (late.status, late.rule) == (403, "capture")
    assert call.bridge_id is None


async def test_given_no_answer_to_that_then_the_channel_is_taken_out_all_the_same(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await scene.caller()
    await scene.me.ask("POST", "bridges/ivr-b", {"type": "mixing,proxy_media"})
    send = asterisk.Asterisk.send

    async def silent(self: asterisk.Asterisk, method: str, parts: tuple[str, ...], body: Any) -> tuple[int, bytes]:
        answer = await send(self, method, parts, body)
        if parts[-1] == "addChannel":
            await scene.pci.asterisk.move(call.channel_id, "pci")
            raise Refused("asterisk-silent")
        return answer

    monkeypatch.setattr(asterisk.Asterisk, "send", silent)
    late = await scene.me.ask("POST", "bridges/ivr-b/addChannel", {"channel": call.channel_id})
    assert late.rule == "capture"
    assert call.bridge_id is None


async def test_given_bridges_of_others_then_they_are_not_listed_and_cannot_be_used(scene: Scene) -> None:
    theirs = await scene.pci.asterisk.create_bridge()
    await scene.me.ask("POST", "bridges/ivr-b", {"type": "holding"})
    bridges: list[Any] = (await scene.me.ask("GET", "bridges")).body
    assert [bridge["id"] for bridge in bridges] == ["ivr-b"]
    assert (await scene.me.ask("DELETE", f"bridges/{theirs.id}")).rule == "name"
    assert theirs.id in scene.asterisk.bridge_ids
