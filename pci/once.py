"""Work with money: done once for all who ask meanwhile, and seen through even if nobody waits for it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pci.contract import Charge
from pci.errors import Conflict, PciError


@dataclass(slots=True)
class _Run:
    request: object
    done: asyncio.Event = field(default_factory=asyncio.Event)
    charge: Charge | None = None
    refusal: PciError | None = None


class Once:
    """Runs each named piece of work in a task of ours: a client that goes away cannot stop a send half-way."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._runs: dict[str, _Run] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._runs

    async def do(self, name: str, request: object, work: Callable[[], Awaitable[Charge]]) -> Charge:
        """What `work` answers, or the refusal it raises. `Conflict` if another request runs under this name."""
        run = self._runs.get(name)
        if run is None:
            run = self._runs[name] = _Run(request)
            self._tasks.create_task(self._make(name, run, work))
        elif run.request != request:
            raise Conflict
        await run.done.wait()
        if run.charge is None:
            raise run.refusal or PciError
        return run.charge

    async def finish(self) -> None:
        """Wait for all that was begun."""
        for run in tuple(self._runs.values()):
            await run.done.wait()

    async def _make(self, name: str, run: _Run, work: Callable[[], Awaitable[Charge]]) -> None:
        try:
            run.charge = await work()
        except PciError as refusal:
            run.refusal = refusal
        finally:
            del self._runs[name]
            run.done.set()
