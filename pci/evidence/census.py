"""Who runs, what they listen on, and who talks to whom.

It starts at the sockets that the settings name, takes whoever serves them for that part of the product, and follows
the connections that are open now. A program of somebody else is named and not followed, but for parts of the product
behind it.
"""

from __future__ import annotations

import os
import socket
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from pci.evidence import facts, proc
from pci.evidence.facts import Census, Flow, Process, Transport
from pci.evidence.peers import unix_peers
from pci.evidence.proc import Row

OTHER: Final = "other"
_COMMANDS: Final = {
    ("ivr", "serve"): "ivr",
    ("pci", "serve"): "pci",
    ("pci", "gate"): "gate",
    ("pci", "simulator"): "simulator",
}
_ANY_ADDRESS: Final = ("0.0.0.0:", "[::]:")
_PEERCRED: Final = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class Expected:
    """A socket that the settings account for. With `names` set, whoever serves it is that part of the product.

    With `any_address` set, only a socket that is bound to no address in particular is meant.
    """

    role: str
    transport: Transport
    meaning: str
    path: str = ""
    ports: range = range(0)
    names: bool = False
    any_address: bool = False

    def is_at(self, row: Row) -> bool:
        """Whether this row of the kernel's tables is that socket."""
        if row.transport != self.transport or not row.takes_in:
            return False
        if self.transport == "unix":
            return row.local == self.path
        fits = not self.any_address or row.local.startswith(_ANY_ADDRESS)
        return fits and port_of(row.local) in self.ports


def port_of(address: str) -> int:
    """The port of `127.0.0.1:80` or `[::1]:80`."""
    return int(address.rpartition(":")[2])


class _Sight:
    """What the kernel shows at one moment: sockets, who holds them, which two belong together."""

    def __init__(self, folder: Path, peers: Mapping[int, int]) -> None:
        self.folder = folder
        self.rows = proc.rows(folder)
        self.holders: defaultdict[int, set[int]] = defaultdict(set)
        for pid in proc.pids(folder):
            if pid != os.getpid():
                for inode in proc.inodes_of(pid, folder) or ():
                    self.holders[inode].add(pid)
        self.links = tuple(self._links(peers))
        self.neighbours: defaultdict[int, set[int]] = defaultdict(set)
        for one, other in self.links:
            for here in self.holders[one.inode]:
                self.neighbours[here] |= self.holders[other.inode] - {here}

    def _links(self, peers: Mapping[int, int]) -> Iterator[tuple[Row, Row]]:
        """Each pair of sockets that are connected on this machine, in both orders."""
        by_ends = {(row.transport, row.local, row.remote): row for row in self.rows if row.remote}
        by_inode = {row.inode: row for row in self.rows if row.transport == "unix"}
        for row in self.rows:
            other = by_ends.get((row.transport, row.remote, row.local)) or by_inode.get(peers.get(row.inode, 0))
            if other and other is not row:
                yield row, other

    def role_of(self, pid: int) -> str:
        """The part of the product that a process was started as."""
        names = [word.rpartition("/")[2] for word in proc.words_of(pid, self.folder)]
        return next((_COMMANDS[pair] for pair in pairwise(names) if pair in _COMMANDS), OTHER)


def take(
    expected: Iterable[Expected], folder: Path = proc.PROC, peers: Callable[[], Mapping[int, int]] = unix_peers
) -> Census:
    """The census of this machine, from what this user may see. `ProcUnreadable` if /proc cannot be read."""
    known = tuple(expected)
    sight = _Sight(folder, peers())
    roles = _roles(known, sight)
    processes = {pid: found for pid, role in roles.items() if (found := proc.process(pid, role, folder))}
    sockets = tuple(_sockets(known, sight, roles))
    unseen = tuple(entry.address for entry in sockets if not entry.pids)
    return Census(tuple(processes.values()), sockets, tuple(_flows(sight, processes)), unseen)


def _roles(known: tuple[Expected, ...], sight: _Sight) -> dict[int, str]:
    roles = {pid: role for role, pid in _servers(known, sight)}
    queue = list(roles)
    while queue:
        pid = queue.pop()
        for neighbour in sorted(sight.neighbours[pid] - roles.keys()):
            role = sight.role_of(neighbour)
            if role != OTHER or roles[pid] != OTHER:
                roles[neighbour] = role
                queue.append(neighbour)
    return roles


def _servers(known: tuple[Expected, ...], sight: _Sight) -> Iterator[tuple[str, int]]:
    for entry in known:
        for row in sight.rows if entry.names else ():
            if entry.is_at(row):
                for pid in sight.holders[row.inode] or _by_credentials(row):
                    yield entry.role, pid


def _by_credentials(row: Row) -> set[int]:
    """Who listens on a unix socket, by the kernel's word to whoever connects: works without a right to look."""
    if row.transport != "unix":
        return set()
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(row.local)
            answer = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEERCRED.size)
        except OSError:
            return set()
    return {int(_PEERCRED.unpack(answer)[0])}


def _sockets(known: tuple[Expected, ...], sight: _Sight, roles: Mapping[int, str]) -> Iterator[facts.Socket]:
    ours = {pid for pid, role in roles.items() if role != OTHER}
    seen = set()
    for row in sight.rows:
        pids = tuple(sorted(sight.holders[row.inode] & ours))
        meanings = [entry for entry in known if entry.is_at(row)]
        if not row.takes_in or not (pids or (meanings and not sight.holders[row.inode])):
            continue
        owners = tuple(sorted({roles[pid] for pid in pids}))
        fitting = [entry.meaning for entry in meanings if not owners or entry.role in owners]
        entry = facts.Socket(
            row.transport, row.local, row.uid, pids, owners, fitting[0] if fitting else facts.UNEXPLAINED
        )
        if entry not in seen:
            seen.add(entry)
            yield entry


def _flows(sight: _Sight, processes: Mapping[int, Process]) -> Iterator[Flow]:
    """Connections by their ends; the end that listens is the target."""
    listening = {(row.transport, row.local) for row in sight.rows if row.takes_in and row.transport != "udp"}
    ports = {port_of(local) for transport, local in listening if transport == "tcp"}
    paired = {row.inode for row, _ in sight.links}
    counted: Counter[tuple[str, str, str]] = Counter()
    for client, server in sight.links:
        if server.transport == "unix":
            serves, over = bool(server.local), f"unix {server.local.rpartition('/')[2]}"
        else:
            serves, over = port_of(server.local) in ports, f"{server.transport} {port_of(server.local)}"
        ends = _node(sight, processes, client), _node(sight, processes, server)
        if serves and all(ends) and ends[0] != ends[1]:
            counted[(*ends, over)] += 1
    for row in sight.rows:
        if row.remote and row.inode not in paired and (here := _node(sight, processes, row)):
            host = row.remote.rpartition(":")[0]
            inward = port_of(row.local) in ports
            ends = (host, here) if inward else (here, host)
            counted[(*ends, f"{row.transport} {port_of(row.local if inward else row.remote)}")] += 1
    return (Flow(*key, count) for key, count in sorted(counted.items()))


def _node(sight: _Sight, processes: Mapping[int, Process], row: Row) -> str:
    held = sorted(sight.holders[row.inode] & processes.keys())
    return node_name(processes[held[0]]) if held else ""


def node_name(process: Process) -> str:
    """What a process is called in the picture."""
    return process.name if process.role == OTHER else process.role
