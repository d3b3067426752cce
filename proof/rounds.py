"""A round: the whole product is started for some calls, they are made, and all that is there is searched."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proof.agents import Agents, agents_at_work
from proof.caller import Call, Caller, Made, nothing
from proof.kills import Kill
from proof.search import Searcher
from proof.setting import USER, Setting, prepare
from proof.switchboard import Switchboard
from stack.asterisk import Amend, unchanged
from stack.product import Plan, Processor, Product, product

AT_ONCE = 12
PROCESSOR_SECONDS = 2.0
RELEASE_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Build:
    """What is different from the product as it is shipped: nothing, unless something leaks on purpose."""

    wrappers: Mapping[str, str] = field(default_factory=dict)
    amend: Amend = unchanged


@dataclass(frozen=True, slots=True)
class Round:
    """Some calls that go together. With a `kill`, all of them are in the middle of a number when it comes."""

    name: str
    calls: Sequence[Call]
    build: Build = field(default_factory=Build)
    kill: Kill | None = None

    async def hold(self, folder: Path, searcher: Searcher, made: Callable[[Made], None]) -> None:
        """Make the calls, tell `made` of each, and search."""
        setting = prepare(folder / "setting", self.calls)
        board = Switchboard()
        async with (
            product(self._plan(folder, setting, board)) as running,
            agents_at_work(running.asterisk.ari_url, USER, setting.password, folder / "agents") as agents,
        ):
            await self._make_calls(running, board, agents, folder / "phones", made)
            await _released(running)
            await searcher.search_running(running, agents.pcaps)
        await searcher.search_left_behind(running)

    def _plan(self, folder: Path, setting: Setting, board: Switchboard) -> Plan:
        def amend(etc: Path) -> None:
            setting.amend(etc)
            self.build.amend(etc)

        return Plan(
            folder / "product",
            bills=setting.bills,
            flows=setting.flows,
            processor=Processor(timeout=PROCESSOR_SECONDS),
            listener=board,
            amend=amend,
            wrappers=self.build.wrappers,
        )

    async def _make_calls(
        self, running: Product, board: Switchboard, agents: Agents, phones: Path, made: Callable[[Made], None]
    ) -> None:
        halt = self.kill.halt(running, len(self.calls)) if self.kill else None
        places = asyncio.Semaphore(AT_ONCE)

        async def make(call: Call) -> None:
            async with places, board.lead(speaks=call.way.speaks) as lead:
                moment = agents.at if call.way.agent else nothing
                caller = Caller(call, lead, halt=halt, moment=moment)
                try:
                    made(await caller.make(phones / str(call.number), running.asterisk.sip_port))
                finally:
                    await agents.leave(lead.number)

        async with asyncio.TaskGroup() as tasks:
            for call in self.calls:
                tasks.create_task(make(call))


async def _released(running: Product) -> None:
    """Wait until no call is in Asterisk any more: what is kept only during a call is gone by then."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(RELEASE_SECONDS):
            while running.asterisk.process.returncode is None and await _channels(running):
                await asyncio.sleep(0.3)


async def _channels(running: Product) -> int:
    return len((await running.asterisk.cli("core show channels concise")).strip().splitlines())
