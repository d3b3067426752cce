"""Start programs of others as child processes that cannot outlive us and leave no core files."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import IO

Reader = Callable[[Process], Coroutine[None, None, None]]
STOP_SECONDS = 10.0
LINE_LIMIT = 1 << 20  # bytes of one line that a program prints


@contextlib.asynccontextmanager
async def child(  # noqa: PLR0913 - they mirror asyncio's own
    command: Sequence[str],
    *,
    folder: Path,
    stdin: int = DEVNULL,
    stdout: int | IO[bytes] = DEVNULL,
    stderr: int | IO[bytes] = DEVNULL,
    surroundings: Mapping[str, str] | None = None,
    read: Reader | None = None,
) -> AsyncIterator[Process]:
    """Run `command` in `folder`; on the way out end it and all that it started, by force if it takes long.

    Its environment is `surroundings`, or else next to nothing, with `folder` as its home. `read` runs beside and
    takes in what the program prints, until the program closes its output.
    """
    process = await asyncio.create_subprocess_exec(
        *_guards(),
        *command,
        cwd=folder,
        env=environment(folder) if surroundings is None else surroundings,
        limit=LINE_LIMIT,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    async with alongside(read(process)) if read else contextlib.nullcontext():
        try:
            yield process
        finally:
            await end(process)


@contextlib.asynccontextmanager
async def alongside(*jobs: Coroutine[None, None, None], awaited: bool = True) -> AsyncIterator[None]:
    """Run `jobs` beside what is in the context, and wait for their end, or cut them short if they are not `awaited`.

    A failure, in the context or in a job, comes out as it is: a plain TaskGroup would wrap it into a group, which
    hides it from every `except` further out.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            started = [tasks.create_task(job) for job in jobs]
            yield
            for task in () if awaited else started:
                task.cancel()
    except BaseExceptionGroup as group:
        if len(group.exceptions) > 1:
            raise
        raise group.exceptions[0] from None


def how_it_ended(status: int) -> str:
    """The end of a program in words, from what `Process.wait` gave."""
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def environment(folder: Path) -> Mapping[str, str]:
    """What such a program gets to see: `folder` as its home, and no settings of this machine's OpenSSL."""
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "OPENSSL_CONF": os.devnull, "LC_ALL": "C.UTF-8"}


async def end(process: Process) -> None:
    """End `process` and all that it started, by force what does not end in time; one that has ended is left alone."""
    for patience, number in ((STOP_SECONDS, signal.SIGTERM), (None, signal.SIGKILL)):
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                # process.terminate() would take the exit status from under asyncio's feet
                os.kill(process.pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await process.wait()
                break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # it leads a session of its own


def _guards() -> tuple[str, ...]:
    """No core file, whatever the shell's limit, for it would hold keys; and an end with a parent that was killed."""
    core = ("prlimit", "--core=0") if shutil.which("prlimit") else ()
    parent = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
    return (*core, *parent)
