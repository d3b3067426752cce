"""Programs of others as child processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import psutil
import pytest

from stack.children import child

PARENT = """
import asyncio, sys
from pathlib import Path
from stack.children import child

async def main():
    program = ["sh", "-c", "echo $$; exec sleep 60"]  # it speaks once it is past its guards
    async with child(program, folder=Path(sys.argv[1]), stdout=sys.stdout) as process:
        await process.wait()

asyncio.run(main())
"""


async def test_a_failure_beside_a_child_comes_out_as_it_is_and_the_child_is_gone(tmp_path: Path) -> None:
    async def read(process: Process) -> None:
        assert process.stdout
        await process.stdout.read()

    program = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
    with pytest.raises(ZeroDivisionError):
        async with child(program, folder=tmp_path, stdout=PIPE, read=read) as process:
            raise ZeroDivisionError
    assert process.returncode is not None


async def test_a_child_may_end_by_itself_and_is_read_to_its_last_line(tmp_path: Path) -> None:
    lines = []

    async def read(process: Process) -> None:
        assert process.stdout
        async for line in process.stdout:
            lines.append(line)

    async with child(
        [sys.executable, "-c", "print('one\\ntwo')"], folder=tmp_path, stdout=PIPE, read=read
    ) as process:
        assert await process.wait() == 0
    assert lines == [b"one\n", b"two\n"]


async def test_a_child_leaves_no_core_file_and_sees_no_home_but_its_folder(tmp_path: Path) -> None:
    program = [sys.executable, "-c", "import os, resource; print(os.environ['HOME'], resource.getrlimit(4))"]
    lines = []

    async def read(process: Process) -> None:
        assert process.stdout
        lines.append(await process.stdout.read())

    async with child(program, folder=tmp_path, stdout=PIPE, read=read) as process:
        await process.wait()
    assert lines == [f"{tmp_path} (0, 0)\n".encode()]


@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv (util-linux) is not on PATH")
def test_a_child_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, tmp_path], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        orphan = psutil.Process(int(parent.stdout.readline()))
        assert orphan.is_running()
        parent.kill()
    orphan.wait(timeout=10)
    assert not orphan.is_running()
