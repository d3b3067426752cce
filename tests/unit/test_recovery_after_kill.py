"""The process is killed in the middle of a charge: the next one finds out, and nobody pays twice."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pci.contract import ChargeState, Closing
from pci.errors import CaptureSpent
from pci.simulator.server import serving
from tests.unit.charging import GOOD, FastClock, Shop, outcome, shop

pytestmark = pytest.mark.process


Ledger = dict[str, Any]
PROJECT = Path(__file__).resolve().parents[2]


async def said_so(process: Process, _: str) -> None:
    assert process.stdout is not None
    while (line := await process.stdout.readline()) != b"reached\n":  # its log comes the same way
        assert line, "the process ended before the point"


async def is_on_its_way(_: Process, url: str) -> None:
    while not (await _ledger(url))["on_the_way"]:
        await asyncio.sleep(0.01)


async def is_booked(_: Process, url: str) -> None:
    while not (await _ledger(url))["charges"]:
        await asyncio.sleep(0.01)


async def is_being_closed(_: Process, url: str) -> None:
    while not (ledger := await _ledger(url))["charges"] or not (ledger["on_the_way"] or _closed(ledger)):
        await asyncio.sleep(0.01)


async def is_closed(_: Process, url: str) -> None:
    while not _closed(await _ledger(url)):
        await asyncio.sleep(0.01)


def _closed(ledger: Ledger) -> bool:
    return any(entry["state"] != "authorized" for entry in ledger["charges"])


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
        await _killed(tmp_path, url, point, reached)
        await _behave(url, {"hold_arrivals": conduct.get("hold_arrivals", False)})

        async with shop(tmp_path / "shop", url) as it, it.charges(FastClock()) as charges:
            assert (await outcome(charges, "chg-killed")).state is expected
            await _behave(url, {})  # what was on its way arrives now
            await _is_never_charged_twice(it, int(expected is ChargeState.APPROVED))


CLOSING_POINTS: dict[str, tuple[Reached, dict[str, object]]] = {
    "closing-recorded": (said_so, {}),
    "closing-on-its-way": (is_being_closed, {"next_closing_faults": ["arrives-late"], "slow_seconds": 3}),
    "waiting-for-the-answer": (is_closed, {"next_closing_faults": ["slow-answer"], "slow_seconds": 60}),
    "closing-answered": (said_so, {}),
}
ENDS = {Closing.COLLECT: (ChargeState.APPROVED, "approved"), Closing.VOID: (ChargeState.NOT_CHARGED, "voided")}


@pytest.mark.parametrize("point", CLOSING_POINTS)
@pytest.mark.parametrize("closing", Closing)
async def test_given_a_kill_while_a_hold_is_closed_then_the_restart_ends_it_as_asked_and_once(
    tmp_path: Path, closing: Closing, point: str
) -> None:
    reached, conduct = CLOSING_POINTS[point]
    (tmp_path / "shop").mkdir()
    async with serving(tmp_path / "ledger.sqlite") as url:
        await _behave(url, conduct)
        await _killed(tmp_path, url, point, reached, closing)
        await _behave(url, {})

        async with shop(tmp_path / "shop", url) as it, it.charges(FastClock()) as charges:
            charge = await outcome(charges, "chg-killed")
            while (await _ledger(url))["on_the_way"]:  # it arrives late, and once more
                await asyncio.sleep(0.01)
            assert await charges.close("chg-killed", closing) == charge
            assert (charge.state, await it.standing("chg-killed")) == ENDS[closing]
            assert len(await it.ledger()) == 1


async def _killed(folder: Path, url: str, point: str, reached: Reached, *how: str) -> None:
    """Run the shop to the point and kill it there."""
    command = [sys.executable, "-m", "tests.unit.killed_shop", point, str(folder / "shop"), url, *how]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=PROJECT)
    await reached(process, url)
    with suppress(ProcessLookupError):  # on a slow machine what arrives late may have been answered by now
        process.kill()
    await process.communicate()
    _no_card_in_the_files_of(folder)


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


async def _ledger(url: str) -> Ledger:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/v1/ledger") as answer:
        ledger: Ledger = await answer.json()
        return ledger


async def _behave(url: str, conduct: dict[str, object]) -> None:
    async with aiohttp.ClientSession() as session, session.put(f"{url}/v1/conduct", json=conduct) as answer:
        assert answer.status == 200
