"""Run as another user: tries to get at a process and its files, and prints what worked.

python tests/security/intruder.py PID FILE... SOCKET...
"""

from __future__ import annotations

import ctypes
import os
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

_PTRACE_ATTACH, _PTRACE_DETACH = 16, 17
_PIDFD_OPEN, _PIDFD_GETFD = 434, 438
_LIBC = ctypes.CDLL(None, use_errno=True)


class _Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def read_memory(pid: int) -> None:
    """The way that debuggers and `gcore` go."""
    with open(f"/proc/{pid}/mem", "rb"):
        pass


def read_proc(name: str) -> Callable[[int], None]:
    """A file of /proc that tells where memory is or what is in it."""

    def attempt(pid: int) -> None:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            file.read(1)

    return attempt


def attach(pid: int) -> None:
    """The way of a debugger."""
    _worked(_LIBC.ptrace(_PTRACE_ATTACH, pid, None, None))
    os.waitpid(pid, 0)
    _LIBC.ptrace(_PTRACE_DETACH, pid, None, None)


def read_from_outside(pid: int) -> None:
    """process_vm_readv: the address does not matter, the right to try does."""
    here = ctypes.create_string_buffer(1)
    part = _Part(ctypes.addressof(here), 1)
    if _LIBC.process_vm_readv(pid, ctypes.byref(part), 1, ctypes.byref(part), 1, 0) < 0:
        code = ctypes.get_errno()
        if code != 14:  # EFAULT: we may read, only not there
            raise OSError(code, os.strerror(code))


def take_a_file(pid: int) -> None:
    """Its open files, the connection to Asterisk and the database among them."""
    process = _LIBC.syscall(_PIDFD_OPEN, pid, 0)
    _worked(process)
    _worked(_LIBC.syscall(_PIDFD_GETFD, process, 1, 0))


def open_path(path: Path) -> None:
    """Connect to a socket, read or write a file, look into a folder."""
    if stat.S_ISSOCK(path.stat().st_mode):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    elif path.is_dir():
        os.listdir(path)
    else:
        try:
            path.open("rb").close()
        except OSError:
            path.open("r+b").close()


ON_PROCESS: dict[str, Callable[[int], None]] = {
    "memory": read_memory,
    "maps": read_proc("maps"),
    "environ": read_proc("environ"),
    "ptrace": attach,
    "process_vm_readv": read_from_outside,
    "pidfd_getfd": take_a_file,
}


def _worked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _successes(pid: int, paths: list[Path]) -> Iterator[str]:
    attempts = [(name, partial(attempt, pid)) for name, attempt in ON_PROCESS.items()]
    attempts += [(path.name, partial(open_path, path)) for path in paths]
    for name, attempt in attempts:
        try:
            attempt()
        except PermissionError:
            continue
        yield name


if __name__ == "__main__":
    sys.stdout.write(" ".join(_successes(int(sys.argv[1]), [Path(path) for path in sys.argv[2:]])))
