"""Reading /proc: processes, their limits, and the tables of sockets.

The kernel is trusted, its size is not: each table is read up to a limit, and a line that cannot be read is an error,
not a socket that is silently missing from the evidence.
"""

from __future__ import annotations

import ipaddress
import os
import pwd
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pci.errors import PciError
from pci.evidence.facts import Process, Transport

PROC: Final = Path("/proc")
_MOST_BYTES: Final = 8 * 1024 * 1024
_MOST_PROCESSES: Final = 32_768
_MOST_DESCRIPTORS: Final = 65_536
_TCP_ESTABLISHED, _TCP_LISTEN, _UDP_UNCONNECTED = 0x01, 0x0A, 0x07
_UNIX_ACCEPTS, _UNIX_STREAM = 0x10000, 0x1
_INET: Final[tuple[tuple[str, Transport], ...]] = (("tcp", "tcp"), ("tcp6", "tcp"), ("udp", "udp"), ("udp6", "udp"))


class ProcUnreadable(PciError):
    """The kernel's tables of processes and sockets cannot be read: mount /proc, or report this with your kernel's
    version."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the kernel's socket tables. `remote` is empty unless it is connected."""

    transport: Transport
    local: str
    remote: str
    takes_in: bool
    inode: int
    uid: int | None


def pids(proc: Path = PROC) -> tuple[int, ...]:
    """Every process there is."""
    found = sorted(int(entry.name) for entry in proc.iterdir() if entry.name.isdigit())
    if len(found) > _MOST_PROCESSES:
        raise ProcUnreadable
    return tuple(found)


def inodes_of(pid: int, proc: Path = PROC) -> frozenset[int] | None:
    """The sockets that a process holds; None if this user may not look, or it is gone."""
    found = set()
    try:
        with os.scandir(proc / str(pid) / "fd") as entries:
            for number, entry in enumerate(entries):
                if number > _MOST_DESCRIPTORS:
                    raise ProcUnreadable
                if match := re.fullmatch(r"socket:\[(\d{1,20})\]", _link(entry)):
                    found.add(int(match[1]))
    except OSError:
        return None
    return frozenset(found)


def _link(entry: os.DirEntry[str]) -> str:
    try:
        return os.readlink(entry)
    except FileNotFoundError:  # closed meanwhile
        return ""


def words_of(pid: int, proc: Path = PROC) -> tuple[str, ...]:
    """The command line. To be looked at and not to be shown: nobody knows what others put into theirs."""
    try:
        with (proc / str(pid) / "cmdline").open("rb") as file:
            return tuple(file.read(65_536).decode(errors="replace").split("\0")[:-1])
    except OSError:
        return ()


def process(pid: int, role: str, proc: Path = PROC) -> Process | None:
    """A process as it is now; None if it is gone."""
    folder = proc / str(pid)
    try:
        status = dict(re.findall(r"^(\w+):\s*(.*)$", _text(folder / "status"), re.MULTILINE))
        limits = _text(folder / "limits")
        groups = _text(folder / "cgroup")
        owner = (folder / "status").stat().st_uid
    except (FileNotFoundError, ProcessLookupError):
        return None
    except OSError:
        raise ProcUnreadable from None
    try:
        uid = int(status["Uid"].split()[1])
        return Process(
            pid=pid,
            role=role,
            name=status["Name"],
            user=user_name(uid),
            uid=uid,
            unit=_unit(groups),
            no_new_privs=status["NoNewPrivs"] == "1",
            seccomp=status["Seccomp"] == "2",
            # the kernel gives what is in the folder of such a process to root, though not the folder itself
            dumpable=None if uid == 0 else owner == uid,
            core_dumping=status.get("CoreDumping", "0") == "1",
            core_limit=_limit(limits, "Max core file size"),
            memlock_limit=_limit(limits, "Max locked memory"),
            locked_kib=_kib(status, "VmLck"),
            swapped_kib=_kib(status, "VmSwap"),
        )
    except (KeyError, ValueError, IndexError):
        raise ProcUnreadable from None


def user_name(uid: int) -> str:
    """The name of a user; the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _kib(status: dict[str, str], name: str) -> int:
    return int(status.get(name, "0 kB").split()[0])


def _limit(limits: str, name: str) -> int | None:
    match = re.search(rf"^{name}\s+(\d+|unlimited)\s", limits, re.MULTILINE)
    if not match:
        raise ValueError(name)
    return None if match[1] == "unlimited" else int(match[1])


def _unit(groups: str) -> str:
    match = re.search(r"/([A-Za-z0-9:_.@\\-]{1,255}\.service)(?:/|$)", groups, re.MULTILINE)
    return match[1] if match else ""


def rows(proc: Path = PROC) -> tuple[Row, ...]:
    """Every socket of this network namespace; `ProcUnreadable` if a table has a line of another shape."""
    found: list[Row] = []
    try:
        for table, transport in _INET:
            if (path := proc / "net" / table).exists():  # without IPv6 there is no table of it
                found += _inet(_text(path), transport)
        found += _unix(_text(proc / "net" / "unix"))
    except (OSError, ValueError, IndexError, struct.error):
        raise ProcUnreadable from None
    return tuple(found)


def _inet(table: str, transport: Transport) -> Iterator[Row]:
    for line in table.splitlines()[1:]:
        words = line.split()
        state = int(words[3], 16)
        connected = state == _TCP_ESTABLISHED
        takes_in = state == (_TCP_LISTEN if transport == "tcp" else _UDP_UNCONNECTED)
        if connected or takes_in:
            remote = _address(words[2]) if connected else ""
            yield Row(transport, _address(words[1]), remote, takes_in, int(words[9]), int(words[7]))


def _address(word: str) -> str:
    packed, _, port = word.partition(":")
    # each word of 32 bits is printed in the machine's own order
    raw = b"".join(struct.pack("=I", int(packed[i : i + 8], 16)) for i in range(0, len(packed), 8))
    address = ipaddress.ip_address(raw)
    return f"[{address}]:{int(port, 16)}" if address.version == 6 else f"{address}:{int(port, 16)}"


def _unix(table: str) -> Iterator[Row]:
    for line in table.splitlines()[1:]:
        words = line.split(maxsplit=7)
        path = words[7] if len(words) > 7 else ""
        stream = int(words[4], 16) == _UNIX_STREAM
        takes_in = bool(int(words[3], 16) & _UNIX_ACCEPTS) or (not stream and bool(path))
        yield Row("unix", path, "", takes_in, int(words[6]), None)


def _text(path: Path) -> str:
    with path.open("rb") as file:
        text = file.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise ProcUnreadable
    return text.decode(errors="replace")
