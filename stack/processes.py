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
from typing import Any, TextIO

from stack.children import alongside, child, end

Line = dict[str, Any]
START_SECONDS = 30.0
# Asterisk and telephones come first: keys that they tell late are told twice, or lost
MODESTLY = ("nice", "-n", "10")


class ProcessFailed(Exception):
    """A program ended, or did not say that it is ready. Its last words are below."""


@dataclass
class Process:
    """A running child: its lines are kept in `log`, and handed to each listener as they come."""

    name: str
    child: asyncio.subprocess.Process
    log: list[Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    log_file: TextIO | None = None
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
            if self.log_file:
                print(text, file=self.log_file, flush=True)
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
    """Start `command`, and write what it prints to `log_file` as it comes; on the way out, stop it."""
    surroundings = {**os.environ, **(environment or {})}
    with _written_to(log_file) as file:
        command = [*MODESTLY, *command]
        async with child(command, folder=Path(), stdout=PIPE, stderr=STDOUT, surroundings=surroundings) as started:
            process = Process(name, started, log_file=file, listeners=[listener] if listener else [])
            async with alongside(process.read()):
                try:
                    yield process
                finally:
                    await process.stop()


def _written_to(path: Path | None) -> contextlib.AbstractContextManager[TextIO | None]:
    if path is None:
        return contextlib.nullcontext()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w")


def is_event(name: str) -> Callable[[Line], bool]:
    """Whether a log line is the event of this name."""
    return lambda line: line.get("event") == name
