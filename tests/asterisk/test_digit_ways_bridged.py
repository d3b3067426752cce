"""The caller still talks to an agent, over equal codecs, when the card side takes them: the agent hears no digit.

Every key is told as RTP event and as tone, or as tone alone where Asterisk listens for tones. One is pressed while
they talk, and must be heard: a listener that hears nothing would prove nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from asterisk_ari import NotFound
from pci.contract import CaptureOutcome
from proof.hunt import recordings
from proof.hunt.tones import tones_in
from stack.phones.pjsua2 import Pjsua2, Told
from tests.asterisk.agent_leg import Heard
from tests.asterisk.digit_ways import KEYED, Scene

SAID_BEFORE = "7"  # is in no card of these tests


@dataclass(frozen=True)
class Row:
    """The kind of a bridge, what Asterisk makes of it, the caller's `dtmf_mode`, and how their phone tells keys."""

    kind: str
    technology: str = "simple_bridge"
    dtmf_mode: str = "rfc4733"
    told: Told = "both"


TALKS = (
    Row("mixing", "native_rtp"),  # hands RTP straight from leg to leg: Asterisk's core, and so ARI, sees no key
    Row("mixing,proxy_media"),
    Row("mixing,dtmf_events"),
    Row("mixing", "simple_bridge", "inband", "tones"),  # Asterisk makes an event of a tone, and cuts it out
)


@dataclass(frozen=True)
class Talk:
    """A caller and an agent in a bridge."""

    phone: Pjsua2
    caller: str
    bridge: str
    heard: Heard

    async def say(self, told: Told = "both") -> None:
        """Press the key that the agent must hear, first as an event and then as a tone."""
        if told == "both":
            await self.phone.press(SAID_BEFORE, "events")
        await self.phone.press(SAID_BEFORE, "tones")
        async with asyncio.timeout(5):
            while not self.heard.events or (told == "both" and not self.heard.tones):
                await asyncio.sleep(0.02)

    def nothing_else_was_heard(self) -> bool:
        """Whether the agent heard that key and no other."""
        return self.heard.events == SAID_BEFORE and set(self.heard.tones) <= {SAID_BEFORE}


@asynccontextmanager
async def talk(scene: Scene, kind: str, dtmf_mode: str = "rfc4733") -> AsyncIterator[Talk]:
    async with scene.agent() as (agent, heard), scene.call(dtmf_mode) as (phone, caller):
        bridge = await scene.ivr.asterisk.create_bridge(kind.split(","))
        for channel in (caller, agent):
            await scene.ivr.asterisk.add_channel(bridge.id, channel)
        yield Talk(phone, caller, bridge.id, heard)


async def test_given_an_agent_on_the_line_then_no_digit_reaches_them_whatever_the_bridge(scene: Scene) -> None:
    async def pay(row: Row) -> None:
        async with talk(scene, row.kind, row.dtmf_mode) as talking:
            assert (await scene.pci.asterisk.bridge(talking.bridge)).technology == row.technology
            await talking.say(row.told)
            async with scene.capture(talking.caller) as capture:
                await capture.prompted("card-number")
                await talking.phone.press(KEYED, row.told)
            assert await scene.card_of(capture) == KEYED
            assert talking.nothing_else_was_heard(), row

    async with asyncio.TaskGroup() as calls:
        for row in TALKS:
            calls.create_task(pay(row))
    assert set(scene.keys_told_to_ivr) <= {SAID_BEFORE}
    assert scene.alarms == []


async def test_given_a_recorder_on_the_bridge_then_it_is_paused_until_the_caller_is_back(scene: Scene) -> None:
    async with talk(scene, "mixing,proxy_media") as talking:
        name = await record(scene, talking.bridge)
        await talking.say()
        async with scene.capture(talking.caller) as capture:
            await capture.prompted("card-number")
            assert (await scene.pci.asterisk.recording(name)).state == "paused"
            await talking.phone.press(KEYED, "both")
        assert await scene.card_of(capture) == KEYED
        assert (await scene.pci.asterisk.recording(name)).state == "recording"
        await stop_recording(scene, name)
        assert talking.nothing_else_was_heard()
        (log,) = (scene.folder / "audit").glob("*.jsonl")
        on_record = [line["kind"] for line in map(json.loads, log.read_text().splitlines())]
        assert [kind for kind in on_record if "recorder" in kind] == ["recorder-paused", "recorder-resumed"]
        (samples,), rate = recordings.read(recorded(scene, name))
        assert {tone.key for tone in tones_in(samples, rate)} == {SAID_BEFORE}


async def test_given_a_recorder_that_somebody_paused_before_then_it_stays_paused(scene: Scene) -> None:
    async with talk(scene, "mixing,proxy_media") as talking:
        name = await record(scene, talking.bridge)
        await scene.ask("POST", f"recordings/live/{name}/pause")
        async with scene.capture(talking.caller) as capture:
            await capture.prompted("card-number")
            await talking.phone.press("*")
        assert capture.outcome is CaptureOutcome.CANCELLED
        assert (await scene.pci.asterisk.recording(name)).state == "paused"


async def test_given_a_recording_of_the_caller_alone_then_no_card_is_asked_for(scene: Scene) -> None:
    async with scene.call() as (_, caller):
        await scene.ask("POST", f"channels/{caller}/record", name="of-the-caller", format="wav")
        async with scene.capture(caller) as capture:
            await capture.ended.wait()
            assert capture.events == []
            await scene.ask("DELETE", "recordings/live/of-the-caller")
        assert capture.outcome is CaptureOutcome.NOT_SECURE
        assert scene.alarms == ["caller_not_alone cannot-be-moved"]


async def record(scene: Scene, bridge: str) -> str:
    """Record a bridge as the call side does; its recorder runs when this returns."""
    name = f"ivr-rec-{bridge}"
    await scene.ask("POST", f"bridges/{bridge}/record", name=name, format="wav")
    async with asyncio.timeout(5):
        while (await scene.pci.asterisk.recording(name)).state != "recording":
            await asyncio.sleep(0.02)
    return name


async def stop_recording(scene: Scene, name: str) -> None:
    """The file is whole when this returns: Asterisk writes its head last."""
    await scene.ask("POST", f"recordings/live/{name}/stop")
    with suppress(NotFound):
        async with asyncio.timeout(5):
            while True:
                await scene.pci.asterisk.recording(name)
                await asyncio.sleep(0.02)


def recorded(scene: Scene, name: str) -> Path:
    return next(scene.asterisk.folder.rglob(f"{name}.wav"))
