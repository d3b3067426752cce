"""What the kernel tells about a running Asterisk: how it was started, as whom, its limits, its sockets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from pci.errors import ConfigError

PROC: Final = Path("/proc")
DEFAULT_CONF: Final = Path("/etc/asterisk/asterisk.conf")
_LISTENS: Final = {"tcp": "0A", "udp": "07"}
# options of Asterisk that take a value, and those that make it a console of another Asterisk
_WITH_VALUE: Final = "CGLMUesx"
_CONSOLE: Final = "rRx"


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that takes what comes from the network."""

    protocol: str
    address: IPv4Address | IPv6Address
    port: int

    def __str__(self) -> str:
        return f"{self.protocol} {self.address} port {self.port}"


@dataclass(frozen=True, slots=True)
class Process:
    """A running Asterisk. `options` are the letters it was started with, `conf` the file that it read."""

    pid: int
    uid: int
    options: str
    conf: Path
    core_limit: str
    core_pattern: str
    dumpable: bool
    ephemeral: range
    listeners: tuple[Listener, ...]


def find_processes(wanted: Path | None = None, proc: Path = PROC) -> list[Process]:
    """Every Asterisk that runs here, or those that read the file `wanted`; consoles left out.

    `ConfigError` for one that this user may not look into.
    """
    found = []
    for folder in sorted(proc.glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            words = [word.decode(errors="replace") for word in (folder / "cmdline").read_bytes().split(b"\0")[:-1]]
            if (arguments := _arguments(words)) is not None:
                options, conf = _options(arguments)
                other = wanted and conf.is_absolute() and conf.resolve() != wanted.resolve()
                if not other and not set(options) & set(_CONSOLE):
                    found.append(_look_into(folder, options, conf))
        except PermissionError:
            raise ConfigError(f"process {folder.name} is an Asterisk of another user: run this as root") from None
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended
    return [one for one in found if not wanted or one.conf.resolve() == wanted.resolve()]


def _arguments(words: list[str]) -> list[str] | None:
    """What Asterisk was started with; None if this is another program. It may be run by its own loader (ld.so)."""
    if words and os.path.basename(words[0]) == "asterisk":
        return words[1:]
    if words and os.path.basename(words[0]).startswith("ld-"):
        programs = [at for at, word in enumerate(words) if word.endswith("/asterisk")]
        return words[programs[-1] + 1 :] if programs else None
    return None


def _options(arguments: list[str]) -> tuple[str, Path]:
    letters, conf, rest = "", DEFAULT_CONF, iter(arguments)
    for word in rest:
        if not word.startswith("-"):
            continue
        for at, letter in enumerate(word[1:], 2):
            letters += letter
            if letter in _WITH_VALUE:
                value = word[at:] or next(rest, "")
                conf = Path(value) if letter == "C" else conf
                break
    return letters, conf


def _look_into(folder: Path, options: str, conf: Path) -> Process:
    status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line)
    uid = int(status["Uid"].split()[1])
    limits = (line for line in (folder / "limits").read_text().splitlines() if line.startswith("Max core file size"))
    proc = folder.parent
    low, high = (proc / "sys/net/ipv4/ip_local_port_range").read_text().split()
    return Process(
        pid=int(folder.name),
        uid=uid,
        options=options,
        conf=Path(os.readlink(folder / "cwd")) / conf,
        core_limit=next(limits).split()[5],
        core_pattern=(proc / "sys/kernel/core_pattern").read_text().strip(),
        # the kernel gives the files of a process that may not be dumped to root
        dumpable=uid == 0 or (folder / "status").stat().st_uid == uid,
        ephemeral=range(int(low), int(high) + 1),
        listeners=tuple(_listeners(folder)),
    )


def _listeners(folder: Path) -> Iterator[Listener]:
    inodes = set()
    for link in (folder / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile; the process goes on
            target = os.readlink(link)
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    for protocol, state in _LISTENS.items():
        for family in ("", "6"):
            table = folder / "net" / (protocol + family)
            for line in table.read_text().splitlines()[1:] if table.exists() else ():
                cells = line.split()
                if cells[3] == state and cells[9] in inodes:
                    address, _, port = cells[1].partition(":")
                    yield Listener(protocol, _address(address), int(port, 16))


def _address(digits: str) -> IPv4Address | IPv6Address:
    """The kernel writes words of 32 bits, each in the order of the machine."""
    words = [bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8)]
    return ip_address(b"".join(words))
