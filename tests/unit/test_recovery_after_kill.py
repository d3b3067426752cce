"""The process is killed in the middle of a charge: the next one finds out, and nobody pays twice."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from pci.contract import ChargeState
from pci.errors import CaptureSpent
from pci.simulator.server import serving
from tests.unit.charging import GOOD, FastClock, Shop, outcome, shop

pytestmark = pytest.mark.process


PROJECT = Path(__file__).resolve().parents[2]


async def said_so(process: Process, _: str) -> None:
    assert process.stdout is not None
    assert await process.stdout.readline() == b"reached\n"


async def is_on_its_way(_: Process, url: str) -> None:
    while not (await _ledger(url))["on_the_way"]:
        await asyncio.sleep(0.01)


async def is_booked(_: Process, url: str) -> None:
    while not (await _ledger(url))["charges"]:
        await asyncio.sleep(0.01)


Reached = Callable[[Process, str], Awaitable[None]]
POINTS: dict[str, tuple[Reached, dict[str, object], ChargeState]] = {
    "intent-recorded": (said_so, {}, ChargeState.NOT_CHARGED),
    "about-to-send": (said_so, {}, ChargeState.NOT_CHARGED),
    "on-its-way": (is_on_its_way, {"hold_arrivals": True}, ChargeState.NOT_CHARGED),
    "waiting-for-the-answer": (is_booked, {"answer_delay": 60.0}, ChargeState.APPROVED),
    "answer-in-hand": (said_so, {}, ChargeState.APPROVED),
}


@pytest.mark.parametrize("point", POINTS)
async def test_given_a_kill_in_the_middle_of_a_charge_then_the_restart_resolves_it(
    tmp_path: Path, point: str
) -> None:
    reached, conduct, expected = POINTS[point]
    (tmp_path / "shop").mkdir()
    async with serving(tmp_path / "ledger.sqlite") as url:
        await _behave(url, conduct)
        command = [sys.executable, "-m", "tests.unit.killed_shop", point, str(tmp_path / "shop"), url]
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=PROJECT)
        await reached(process, url)
        process.kill()
        await process.communicate()
        _no_card_in_the_files_of(tmp_path)
        await _behave(url, {"hold_arrivals": conduct.get("hold_arrivals", False)})

        async with shop(tmp_path / "shop", url) as it, it.charges(FastClock()) as charges:
            assert (await outcome(charges, "chg-killed")).state is expected
            await _behave(url, {})  # what was on its way arrives now
            await _is_never_charged_twice(it, int(expected is ChargeState.APPROVED))


async def _is_never_charged_twice(it: Shop, taken: int) -> None:
    while (await _ledger(it.processor_url))["on_the_way"]:
        await asyncio.sleep(0.01)
    assert await it.approved("inv-killed") == taken
    async with it.charges() as charges:
        known = await charges.find("chg-killed")
        attempt = await it.attempts.find("chg-killed")
        assert attempt is not None
        again = await it.request(charge_id="chg-killed", order_id="inv-killed", capture_id=attempt.asked.capture_id)
        assert await charges.charge(again) == known
        with pytest.raises(CaptureSpent):  # the card went with the process that held it
            await charges.charge(await it.request(order_id="inv-other", capture_id=attempt.asked.capture_id))
    assert await it.approved("inv-killed") == taken


def _no_card_in_the_files_of(folder: Path) -> None:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert any(b"chg-killed" in file.read_bytes() for file in files), "the search finds nothing at all"
    assert [file for file in files if GOOD.encode() in file.read_bytes()] == []


async def _ledger(url: str) -> dict[str, list[object]]:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/v1/ledger") as answer:
        ledger: dict[str, list[object]] = await answer.json()
        return ledger


async def _behave(url: str, conduct: dict[str, object]) -> None:
    async with aiohttp.ClientSession() as session, session.put(f"{url}/v1/conduct", json=conduct) as answer:
        assert answer.status == 200
