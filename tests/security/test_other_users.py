"""Another user of the machine gets nowhere: not to memory, sockets, database, key, audit log, settings.

The process itself runs as a user without any rights here, so that nothing is refused only because root owns it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from asterisk_ari.fake import FakeAsterisk
from pci.process import CLEAN_MEMORY
from stack.processes import Process, is_event, running
from tests.pci_rig import record_sounds
from tests.security.as_users import OTHER, OWNER, as_user, needs_users
from tests.security.intruder import ON_PROCESS

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
CARD_SIDE = """
socket = "{name}.sock"
database = "{name}.db"
key_file = "{name}.key"
sounds = "sounds"
asterisk = {{url = "{url}", username = "pci", password_file = "ari.secret"}}
processor = {{name = "simulator", url = "http://127.0.0.1:9", api_key_file = "ari.secret"}}
"""
GATE = """
socket = "{name}.sock"
key_file = "{name}.key"
audit = "audit"
sounds = "sounds"
card_side = "pci.sock"
asterisk = {{url = "{url}", username = "gate", password_file = "ari.secret"}}
"""
# with the allocator set from the start, as the systemd units do: else the process starts itself anew, and OWNER may
# not be allowed to run a Python that lies in root's home
SURROUNDINGS = {"PYTHONPATH": str(ROOT), **CLEAN_MEMORY}
SETTINGS = {"serve": CARD_SIDE, "gate": GATE}
FILES = {
    "serve": {"serve.sock", "serve.db", "serve.db-wal", "serve.key", "serve.toml", "ari.secret", "audit"},
    "gate": {"gate.sock", "gate.key", "gate.toml", "ari.secret", "audit"},
}


@contextmanager
def folder_of(uid: int) -> Iterator[Path]:
    """A folder that everybody may look into: only what is in it is private."""
    folder = Path(tempfile.mkdtemp())
    try:
        os.chown(folder, uid, uid)
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def process(command: str, folder: Path) -> AsyncIterator[Process]:
    """The card side, or the gate, as OWNER."""
    record_sounds(folder / "sounds")
    async with FakeAsterisk.open() as asterisk:
        config, secret = folder / f"{command}.toml", folder / "ari.secret"
        config.write_text(SETTINGS[command].format(name=command, url=asterisk.base_url))
        secret.write_text(asterisk.login("pci").password)
        for file in (config, secret):
            file.chmod(0o600)
            os.chown(file, OWNER, OWNER)
        start = as_user(OWNER, sys.executable, "-m", "pci", command, "--config", str(config))
        async with running(command, start, environment=SURROUNDINGS) as child:
            await child.expect(is_event("ready"))
            yield child


def try_all(uid: int, pid: int, *paths: Path) -> set[str]:
    """What an intruder who is this user achieved."""
    intruder = as_user(uid, sys.executable, str(ROOT / "tests" / "security" / "intruder.py"), str(pid))
    tried = subprocess.run([*intruder, *map(str, paths)], capture_output=True, text=True, check=True)
    return set(tried.stdout.split())


@needs_users
@pytest.mark.parametrize("command", SETTINGS)
async def test_given_another_user_then_memory_sockets_and_files_are_all_refused(command: str) -> None:
    with folder_of(OWNER) as folder:
        async with process(command, folder) as running_process:
            paths = [folder / name for name in FILES[command]] + list((folder / "audit").iterdir())
            assert all(path.exists() for path in paths)
            assert try_all(OTHER, running_process.pid, *paths) == set()


@needs_users
@pytest.mark.parametrize("command", SETTINGS)
async def test_given_the_same_user_then_the_memory_is_refused_all_the_same(command: str) -> None:
    """What breaks into another process of this user does not get at the cards of this one."""
    with folder_of(OWNER) as folder:
        async with process(command, folder) as running_process:
            assert try_all(OWNER, running_process.pid) == set()


@needs_users
def test_given_a_process_that_is_not_hardened_then_the_same_intruder_gets_everything() -> None:
    """The two tests above can fail."""
    with folder_of(OWNER) as folder:
        secret = folder / "secret"
        secret.touch(mode=0o600)
        os.chown(secret, OWNER, OWNER)
        sleeper = as_user(OWNER, sys.executable, "-c", "print(1, flush=True); input()")
        with subprocess.Popen(sleeper, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"1\n"
            try:
                assert try_all(OWNER, victim.pid, secret) >= {*ON_PROCESS, "secret"}
            finally:
                victim.kill()


def test_given_a_process_that_dies_by_abort_then_there_is_no_core_and_without_hardening_there_would_be(
    tmp_path: Path,
) -> None:
    die = "import os, resource, signal; resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(4)[1:] * 2); {}"
    bare = _end_of(die.format("os.kill(os.getpid(), signal.SIGABRT)"), tmp_path)
    if not os.WCOREDUMP(bare):
        pytest.skip("this machine makes no core of any process, so there is nothing to prevent")
    hardened = _end_of(die.format("from pci.process import harden; harden(); os.abort()"), tmp_path)
    assert os.WTERMSIG(hardened) == signal.SIGABRT
    assert not os.WCOREDUMP(hardened)


def _end_of(program: str, folder: Path) -> int:
    """The wait status of a Python program that was run in the folder."""
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    child = subprocess.Popen([sys.executable, "-c", program], cwd=folder, env=surroundings, stdout=subprocess.DEVNULL)
    _, status = os.waitpid(child.pid, 0)
    child.returncode = status
    return status
