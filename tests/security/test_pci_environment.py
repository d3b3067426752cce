"""What the process was started with must not undo its protection: variables that make a library tell, and flags."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


ROOT = Path(__file__).resolve().parents[2]
KEYS_OF_CONNECTIONS = """
from pci.process import restart_with_clean_memory
restart_with_clean_memory()
import pci.processors.wire, ssl
print(ssl.create_default_context().keylog_filename, ssl.create_default_context().verify_mode.name)
"""


def test_given_a_variable_that_has_connections_write_their_keys_down_then_it_is_dropped(tmp_path: Path) -> None:
    """Whoever has the keys of a recorded connection to the processor reads the cards that went over it."""
    environment = os.environ | {"SSLKEYLOGFILE": str(tmp_path / "keys"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KEYS_OF_CONNECTIONS]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout
    assert told.split() == ["None", "CERT_REQUIRED"]
    assert list(tmp_path.iterdir()) == []


OPEN_FILES = """
import os
from pci.process import harden
harden()
print([number for number in range(3, 256) if os.path.exists(f"/proc/self/fd/{number}")])
print(os.readlink("/proc/self/fd/0"))
try:
    import mmap
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    print("memory that is written and run")
except PermissionError:
    print("refused")
"""


def test_given_open_files_of_whoever_started_it_then_they_are_closed_and_memory_is_not_both_written_and_run(
    tmp_path: Path,
) -> None:
    with (tmp_path / "open").open("w") as file:
        told = subprocess.run(
            [sys.executable, "-c", OPEN_FILES],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            pass_fds=[file.fileno()],
            stdin=file,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout
    files, stdin, memory = [line for line in told.splitlines() if not line.startswith(("{", "20"))]
    assert files == "[]"
    assert stdin == os.devnull
    assert memory == "refused" or _older_than(6, 3)


def _older_than(*version: int) -> bool:
    return tuple(map(int, os.uname().release.split(".")[:2])) < version


def test_given_a_python_that_ignores_its_environment_then_the_process_does_not_start_unprotected(
    tmp_path: Path,
) -> None:
    """With -E or -I Python's own allocator stays in use, and leaves what is freed as it was."""
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from pci.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-I", "-c", start, "serve", "--config", str(tmp_path / "none")]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "-I" in ended.stderr
