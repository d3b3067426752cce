"""What is searched after a round: every process while it still runs, a core of it, and all that it wrote or sent."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from asyncio.subprocess import DEVNULL
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from proof.hum import SOUND
from proof.hunt import Find, Hunt
from stack.product import ROOT, Product
from stack.wiretap import Tap

EXCLUDED: Final = "simulator"  # it is the processor: it is sent every card that is charged
CORES: Final = ("ivr", "gate", "asterisk")  # pci refuses to be dumped, and its memory is searched as it is
CORE_SECONDS: Final = 60.0


@dataclass
class Searcher:
    """Runs one hunt over whatever it is shown; `finds` are all that it brought home. `cores` are forced of these."""

    hunt: Hunt
    say: Callable[[str], None] = lambda _: None
    cores: Sequence[str] = CORES
    finds: list[Find] = field(default_factory=list)
    files: int = 0
    processes: int = 0
    skipped: set[str] = field(default_factory=set)

    async def search_running(self, running: Product, pcaps: Sequence[Path]) -> None:
        """Everything that can be searched only while the product runs, and what went over its sockets."""
        for name, pid in _processes(running):
            self.processes += 1
            self.say(f"searching the memory of {name}")
            await self._search_process(name, pid)
            await self._search_open_files(pid, running.folder)
        await self._search_cores(running)
        for name, tap in _taps(running):
            await self._search_tap(name, tap)
        for pcap in pcaps:
            await self._note(partial(self.hunt.rtp, pcap), f"the agent's leg ({pcap.name})")

    async def search_left_behind(self, running: Product) -> None:
        """Everything that was written, once nobody writes any more."""
        for folder in sorted(path for path in running.folder.iterdir() if path.is_dir() and path.name != EXCLUDED):
            self.files += sum(1 for path in folder.rglob("*") if path.is_file())
            await self._note(partial(self.hunt.folder, folder))
            for log in sorted(path for path in folder.rglob("*") if _may_be_a_log(path)):
                await self._note(partial(self._events_in, log))
            for wav in sorted(folder.rglob("*.wav")):
                await self._note(partial(self.hunt.audio, wav))

    async def _search_process(self, name: str, pid: int) -> None:
        residue, unread = len(self.hunt.residue), len(self.hunt.unread)
        try:
            found = await asyncio.to_thread(self.hunt.process, pid)
        except (ProcessLookupError, FileNotFoundError):  # it has ended meanwhile
            return
        self._name_residue(residue, name)
        if pages := len(self.hunt.unread) - unread:
            self.hunt.unread[unread:] = [f"{name}: {pages} regions of memory that nobody may read"]
        self.finds += [replace(find, where=f"{name}: {find.where}") for find in found if not _frames(name, find)]

    def _name_residue(self, since: int, where: str) -> None:
        self.hunt.residue[since:] = [replace(left, where=where) for left in self.hunt.residue[since:]]

    async def _search_cores(self, running: Product) -> None:
        if shutil.which("gcore") is None:
            self.skipped.add("cores (gdb's gcore is not on this machine)")
            return
        folder = running.folder.parent / "cores"
        folder.mkdir(exist_ok=True)
        for name in self.cores:
            program = running.programs.get(name)
            if program is None or program.returncode is not None:
                continue
            command = ("gcore", "-o", str(folder / name), str(program.pid))
            gcore = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
            async with asyncio.timeout(CORE_SECONDS):
                await gcore.wait()
            core = folder / f"{name}.{program.pid}"
            if core.exists():
                self.say(f"searching a core of {name}")
                residue = len(self.hunt.residue)
                await self._note(partial(self.hunt.core, core), f"core of {name}")
                self._name_residue(residue, f"core of {name}")
                core.unlink()
            else:
                self.skipped.add(f"core of {name} (the kernel refuses it)")

    async def _search_tap(self, name: str, tap: Tap) -> None:
        for way, kept in (("from", tap.sent), ("from", tap.unmasked), ("to", tap.received)):
            where, data = f"{name}, {way} ivr", bytes(kept)
            await self._note(partial(self.hunt.bytes, data, where))
            await self._note(partial(self.hunt.events, data, where))

    async def _search_open_files(self, pid: int, folder: Path) -> None:
        """What a process has open elsewhere, its folder being searched anyway."""
        with contextlib.suppress(psutil.Error):
            for opened in psutil.Process(pid).open_files():
                path = Path(opened.path)
                if opened.mode != "r" and path.is_file() and not path.is_relative_to(folder):
                    self.files += 1
                    await self._note(partial(self._file, path))

    def _events_in(self, log: Path) -> list[Find]:
        return self.hunt.events(log.read_bytes(), str(log))

    def _file(self, path: Path) -> list[Find]:
        return self.hunt.bytes(path.read_bytes(), str(path))

    async def _note(self, search: Callable[[], Iterable[Find]], where: str = "") -> None:
        """Search in a thread: the product goes on, and its sockets want to be read."""
        found = await asyncio.to_thread(lambda: list(search()))
        kept = (find for find in found if not _frames(where.removeprefix("core of "), find))
        self.finds += [replace(find, where=where or find.where.removeprefix(f"{ROOT}/")) for find in kept]


def _frames(name: str, find: Find) -> bool:
    """Whether it is sound in Asterisk's memory, which hands it on and wipes nothing: a recording is a file."""
    return name == "asterisk" and find.encoding.startswith(SOUND)


def _processes(running: Product) -> Iterator[tuple[str, int]]:
    """Every process of the product with its name, and those that it started."""
    for name, program in running.programs.items():
        if name == EXCLUDED or program.returncode is not None:
            continue
        yield name, program.pid
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(program.pid).children(recursive=True):
                yield f"{name}, its child {child.pid}", child.pid


def _taps(running: Product) -> tuple[tuple[str, Tap], ...]:
    return ("ARI", running.ari_tap), ("the card side's socket", running.pci_tap)


def _may_be_a_log(path: Path) -> bool:
    """Text that grows line by line: a key may stand on each."""
    return path.is_file() and (path.suffix in (".log", ".txt", ".csv", "") or "log" in path.parts)
