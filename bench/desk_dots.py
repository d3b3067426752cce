"""From a key of a caller to the dot on the agent's page, with one capture and with many at once.

The card side, the gate and the call side are processes of their own, as they are served; Asterisk is the fake one, so
that it is known when a key was told. Pages are read as browsers read them, and one of them is in a browser as well.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser

from asterisk_ari.fake import FakeAsterisk, FakeCall
from bench.desk_browser import Painted, Screen, desk_of
from bench.desk_pages import Page, opened
from bench.load import percentile
from bench.machine import cpu_seconds
from stack.pages import Pages
from stack.processes import Process, is_event, running
from stack.product import ROOT, Processor, write_gate_config, write_pci_config

MANY: Final = 50
_DIGITS: Final = "411111111111111"  # one short of a number: nothing follows it but the next key
_ALONE_SECONDS: Final = 0.25
_TOGETHER_SECONDS: Final = 1.0
_ROUNDS: Final = 2
_PATIENCE: Final = 60.0
HOW: Final = {
    "dot_ms": "from when a key is told to the card side to when the page has its dot, by server-sent events",
    "keys_per_second": "of all callers together, one a second each; the one on the browser's page four",
    "cpu_ms": "CPU of a process for one key",
}


@dataclass(frozen=True, slots=True)
class Dots:
    """So many captures at once."""

    captures: int
    keys: int
    keys_per_second: float
    dot_ms_p50: float
    dot_ms_p99: float
    in_browser: Painted
    pci_cpu_ms: float
    ivr_cpu_ms: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the fake Asterisk is, for those who write settings."""

    ari_url: str
    http_port: int
    gate_password: str
    pci_password: str


@dataclass(frozen=True, slots=True)
class Side:
    """What was started."""

    asterisk: FakeAsterisk
    pci: Process
    ivr: Process
    pages: Sequence[Page]
    screen: Screen
    """The first of them, in a browser."""


async def measure_dots(folder: Path, browser: Browser, many: int = MANY) -> list[Dots]:
    """One capture, then so many."""
    async with _served(folder, browser, many) as side:
        async with asyncio.TaskGroup() as tasks:
            talks = [tasks.create_task(_talks(side.asterisk, *pair)) for pair in enumerate(side.pages)]
        callers = [talk.result() for talk in talks]
        await _pays(callers[0], side.pages[0])
        alone = await _key(side, callers[:1], _ALONE_SECONDS)
        async with asyncio.TaskGroup() as tasks:
            for caller, page in list(zip(callers, side.pages, strict=True))[1:]:
                tasks.create_task(_pays(caller, page))
        return [alone, await _key(side, callers, _TOGETHER_SECONDS)]


async def _talks(asterisk: FakeAsterisk, place: int, page: Page) -> FakeCall:
    """Somebody whom an agent calls, and who talks with them."""
    number = f"+1555010{place:04}"
    await page.talks(number)
    (caller,) = (call for call in asterisk.calls if call.name.startswith(f"PJSIP/{number}@"))
    return caller


async def _pays(caller: FakeCall, page: Page) -> None:
    """Have them asked for a card."""
    await page.takes_payment()
    async with asyncio.timeout(_PATIENCE):
        await caller.until(lambda call: any(sound.endswith("/card-number") for sound in call.played))


async def _key(side: Side, callers: Sequence[FakeCall], every: float) -> Dots:
    delays: list[float] = []
    on_screen: list[tuple[int, float]] = []
    pids = side.pci.pid, side.ivr.pid
    before, began = [cpu_seconds(pid) for pid in pids], time.time()

    async def key(number: int) -> None:
        page, caller = side.pages[number], callers[number]
        pause = every if number else _ALONE_SECONDS
        await asyncio.sleep(every * number / len(callers))
        due = time.time()
        for _ in range(round(_ROUNDS * every / pause)):
            for entered, digit in enumerate(_DIGITS, 1):
                pressed = time.time()
                caller.press(digit)
                await page.until(lambda page, entered=entered: page.entered == entered)  # type: ignore[misc]
                delays.append(page.at - pressed)
                if not number:
                    on_screen.append((entered, pressed))
                due += pause
                await asyncio.sleep(max(0.0, due - time.time()))
            caller.press("*")  # from the start
            await page.until(lambda page: page.entered == 0)

    async with asyncio.TaskGroup() as tasks:
        for number in range(len(callers)):
            tasks.create_task(key(number))
    used = [1000 * (cpu_seconds(pid) - earlier) / len(delays) for pid, earlier in zip(pids, before, strict=True)]
    return Dots(
        captures=len(callers),
        keys=len(delays),
        keys_per_second=round(len(delays) / (time.time() - began), 1),
        dot_ms_p50=round(1000 * percentile(delays, 50), 1),
        dot_ms_p99=round(1000 * percentile(delays, 99), 1),
        in_browser=await side.screen.painted(on_screen),
        pci_cpu_ms=round(used[0], 2),
        ivr_cpu_ms=round(used[1], 2),
    )


@asynccontextmanager
async def _served(folder: Path, browser: Browser, agents: int) -> AsyncIterator[Side]:
    """Both sides of the wall and their console, with so many agents at their pages."""
    names = [f"agent-{number}" for number in range(agents)]
    pages, passwords = Pages(second_factor="optional"), {name: secrets.token_hex(16) for name in ("gate", "pci")}
    folder.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        asterisk = await stack.enter_async_context(FakeAsterisk.open(passwords))
        asterisk.picks_up = True
        port = int(asterisk.base_url.rpartition(":")[2])
        where = Place(asterisk.base_url, port, passwords["gate"], passwords["pci"])
        simulator = ("pci", "simulator", "--port", "0", "--ledger", str(folder / "simulator.sqlite"))
        bank = await stack.enter_async_context(_program("simulator", folder, *simulator))
        ready = await bank.expect(lambda line: bool(line.get("ready")))
        called = ("PJSIP/*@trunk", *(f"PJSIP/{name}" for name in names))
        configs = {
            "pci": ("pci", "serve", write_pci_config(folder / "pci", where, Processor(url=ready["url"]))),
            "gate": ("pci", "gate", write_gate_config(folder / "gate", where, ROOT / "sounds", *called)),
            "ivr": ("ivr", "serve", _ivr_config(folder / "ivr", pages)),
        }
        running_now = {}
        for name, (module, verb, config) in configs.items():
            command = (module, verb, "--config", str(config))
            running_now[name] = await stack.enter_async_context(_program(name, folder, *command))
            await running_now[name].expect(is_event("ready"))
        secret = (folder / "ivr" / "console.secret").read_text()
        await running_now["ivr"].expect(is_event("console_ready"))
        given = opened(pages.origin, folder / "ivr" / "ivr.sqlite", secret, names)
        desks = await stack.enter_async_context(given)
        screen = await desk_of(browser, pages.origin, desks[0].session)
        yield Side(asterisk, running_now["pci"], running_now["ivr"], desks, screen)


def _ivr_config(folder: Path, pages: Pages) -> Path:
    (folder / "flows").mkdir(parents=True)
    (folder / "flows" / "bye.yaml").write_text("flow: bye\nanswers: ['1000']\nsteps:\n  bye:\n    say: goodbye\n")
    config = folder / "ivr.toml"
    config.write_text(
        f"""database = "ivr.sqlite"
flows = "flows"
sounds = "{ROOT / "sounds"}"

[asterisk]
gate = "../gate/gate.sock"

[pci]
socket = "../pci/pci.sock"

[agents]
trunk = "PJSIP/{{number}}@trunk"
prefixes = ["+1555"]
{pages.settings(folder)}"""
    )
    return config


def _program(name: str, folder: Path, *command: str) -> AbstractAsyncContextManager[Process]:
    return running(name, [sys.executable, "-m", *command], log_file=folder / f"{name}.log")
