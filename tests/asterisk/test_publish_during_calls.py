"""An edited flow is published while real calls are in progress: none drops, and new calls take the new version."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stack.errors import PhoneMissing
from stack.processes import Line, Process, is_event
from stack.product import ROOT, Plan, product
from tests.asterisk.conftest import not_here
from tests.asterisk.crowd import Crowd, crowd
from tests.asterisk.paying import phone_for

pytestmark = [pytest.mark.peer, pytest.mark.timeout(240)]

CALLS = 20
PATIENCE = 60.0
PRESS_AGAIN_SECONDS = 6.0
FLOW = """
flow: hold-on
answers: ["1000"]
steps:
  question:
    menu: {prompt: press-1-to-pay, choices: {1: end}, first_digit_timeout: 120s}
    next: {failed: end}
  end: {say: goodbye}
"""
EDITED = FLOW.replace("prompt: press-1-to-pay", "prompt: [welcome, press-1-to-pay]").replace(
    "say: goodbye", "say: [welcome, goodbye]"
)


def calls_with(wanted: Callable[[Line], bool], many: int) -> Callable[[Line], bool]:
    """A condition that comes true with the line of the last of so many calls."""
    seen: set[str] = set()

    def told(line: Line) -> bool:
        if wanted(line):
            seen.add(line["call_id"])
        return len(seen) == many

    return told


def says(prompt: str) -> Callable[[Line], bool]:
    """Whether a line tells that this is said."""
    return lambda line: prompt in line.get("prompts", ())


def begins_with(version: int) -> Callable[[Line], bool]:
    """Whether a line tells that a call begins with a version."""
    return lambda line: is_event("call_started")(line) and line["version"] == version


async def publish(config: Path) -> None:
    """`ivr publish`, as an admin gives it."""
    command = [sys.executable, "-m", "ivr", "publish", "--config", str(config), "--note", "Say welcome twice"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await process.wait() == 0


async def press_until_ended(callers: Crowd, ivr: Process) -> None:
    """Every caller presses 1, and again if the call does not go on."""
    ended = calls_with(lambda line: is_event("call_ended")(line) and line["call_id"] in in_progress(ivr, 1), CALLS)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        over = tasks.create_task(ivr.expect(ended, PATIENCE))
        while not over.done():
            callers.press("1")
            await asyncio.wait([over], timeout=PRESS_AGAIN_SECONDS)


def in_progress(ivr: Process, version: int) -> set[str]:
    """The calls that began with a version."""
    return {line["call_id"] for line in ivr.log if begins_with(version)(line)}


async def test_given_20_calls_in_progress_when_a_version_is_published_then_each_ends_in_its_own(
    tmp_path: Path,
) -> None:
    flow = tmp_path / "flows" / "hold-on.yaml"
    flow.parent.mkdir()
    flow.write_text(FLOW)
    async with product(Plan(tmp_path / "product", flows=flow.parent)) as running:
        ivr = running.ivr
        try:
            async with crowd(tmp_path / "crowd", running.asterisk.sip_port, "1000", CALLS) as callers:
                # given 20 callers who have been asked and do not answer yet
                await ivr.expect(calls_with(says("press-1-to-pay"), CALLS), PATIENCE)
                # when the flow is edited and published
                flow.write_text(EDITED)
                await publish(running.ivr_folder / "ivr.toml")
                await ivr.expect(is_event("version_served"), PATIENCE)
                # then a new caller gets the new version, while the 20 are still there
                async with phone_for(running, "pjsua2", tmp_path / "phone") as phone:
                    await phone.dial("1000")
                    await ivr.expect(begins_with(2), PATIENCE)
                    await ivr.expect(says("welcome"), PATIENCE)
                assert len(in_progress(ivr, 1)) == CALLS
                await ivr.expect(is_event("call_ended"), PATIENCE)
                # and each of the 20 goes on to the end of the version that it began with
                await press_until_ended(callers, ivr)
                assert await callers.ended_well()
        except PhoneMissing as missing:
            not_here(missing)
        old = in_progress(ivr, 1)
        ends = [line for line in ivr.log if line["event"] == "call_ended" and line["call_id"] in old]
        assert [line["outcome"] for line in ends] == ["completed"] * CALLS
        farewells = [line for line in ivr.log if says("goodbye")(line) and line["call_id"] in old]
        assert [line["prompts"] for line in farewells] == [["goodbye"]] * CALLS
