"""A card side that is stuck must not keep its callers: the service manager is told as long as it is not."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from contextlib import closing
from pathlib import Path

import pytest

from pci import watchdog
from pci.watchdog import PERIOD, watched

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "tonewall-pci.service"


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """The service manager's end."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setattr(watchdog, "PERIOD", 0.01)
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    end.bind(str(tmp_path / "notify"))
    end.setblocking(False)
    return end


def told(manager: socket.socket) -> int:
    """How often the service manager was told since it was asked last."""
    times = 0
    try:
        while manager.recv(64) == b"WATCHDOG=1":
            times += 1
    except BlockingIOError:
        pass
    return times


async def test_given_a_service_manager_then_it_is_told_again_and_again_but_not_while_the_process_is_stuck(
    manager: socket.socket,
) -> None:
    with closing(manager):
        async with watched():
            for _ in range(2):
                await asyncio.get_running_loop().sock_recv(manager, 64)
            told(manager)
            time.sleep(0.05)  # noqa: ASYNC251 - stuck
            assert told(manager) == 0
            await asyncio.get_running_loop().sock_recv(manager, 64)


async def test_given_a_service_manager_that_is_gone_then_nothing_comes_of_it(manager: socket.socket) -> None:
    manager.close()
    async with watched():
        await asyncio.sleep(0.03)


async def test_given_no_service_manager_then_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    async with watched():
        pass


def test_the_unit_waits_for_several_periods_and_then_kills() -> None:
    unit = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    assert int(unit["WatchdogSec"]) >= 4 * PERIOD
    assert (unit["WatchdogSignal"], unit["NotifyAccess"]) == ("SIGKILL", "main")
