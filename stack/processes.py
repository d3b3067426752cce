"""Run a program as a child process and read its JSON log lines as they come."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stack.children import alongside, child, end

Line = dict[str, Any]
START_SECONDS = 30.0


class ProcessFailed(Exception):
    """A program ended, or did not say that it is ready. Its last words are below."""


@dataclass
class Process:
    """A running child: its lines are kept in `log`, and handed to each listener as they come."""

    name: str
    child: asyncio.subprocess.Process
    log: list[Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    listeners: list[Callable[[Line], None]] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _ended: bool = False

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self.child.pid

    async def expect(self, wanted: Callable[[Line], bool], seconds: float = START_SECONDS) -> Line:
        """The first line, old or new, that is wanted; ProcessFailed if it does not come in time."""
        seen = 0
        try:
            async with asyncio.timeout(seconds), self._news:
                while True:
                    for line in self.log[seen:]:
                        if wanted(line):
                            return line
                    seen = len(self.log)
                    if self._ended:
                        raise ProcessFailed(f"{self.name} ended:\n{self.last_words()}")
                    await self._news.wait()
        except TimeoutError:
            raise ProcessFailed(f"{self.name} said nothing of it in {seconds:g} s:\n{self.last_words()}") from None

    def last_words(self) -> str:
        """The end of what the child printed."""
        return "\n".join(self.words[-15:])

    async def read(self) -> None:
        """Take in lines until the child closes its output."""
        assert self.child.stdout is not None  # noqa: S101 - opened with a pipe below
        async for raw in self.child.stdout:
            text = raw.decode(errors="replace").rstrip()
            self.words.append(text)
            with contextlib.suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict):
                    await self._tell(line)
        async with self._news:
            self._ended = True
            self._news.notify_all()

    async def _tell(self, line: Line) -> None:
        async with self._news:
            self.log.append(line)
            self._news.notify_all()
        for listener in self.listeners:
            listener(line)

    async def stop(self) -> None:
        """End the child now; leaving its context does so too."""
        await end(self.child)


@contextlib.asynccontextmanager
async def running(
    name: str,
    command: Sequence[str],
    *,
    log_file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    listener: Callable[[Line], None] | None = None,
) -> AsyncIterator[Process]:
    """Start `command`; on the way out, stop it and write what it printed to `log_file`."""
    surroundings = {**os.environ, **(environment or {})}
    async with child(command, folder=Path(), stdout=PIPE, stderr=STDOUT, surroundings=surroundings) as started:
        process = Process(name, started, listeners=[listener] if listener else [])
        async with alongside(process.read()):
            try:
                yield process
            finally:
                await process.stop()
                if log_file:
                    log_file.parent.mkdir(parents=True, exist_ok=True)
                    log_file.write_text("\n".join(process.words) + "\n")


def is_event(name: str) -> Callable[[Line], bool]:
    """Whether a log line is the event of this name."""
    return lambda line: line.get("event") == name
