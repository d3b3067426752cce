"""The running process: its user, its limits, how it was started, where it listens, what it logs at this moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pci.hardening.conffile import Place
from pci.hardening.process import Listener
from pci.hardening.rule import ADVICE, EXPOSED, LEAK, Asterisk, Rule, objects
from pci.hardening.rules.logs import TELLTALE_LEVELS

_TELLTALE_OPTIONS: Final = {"g": "core files", "d": "debugging", "v": "verbose messages"}
_NO_COLLECTOR: Final = frozenset({"|/bin/false", "|/bin/true", "|/usr/bin/false", "|/usr/bin/true"})
_OLDEST: Final = 20


def _of(asterisk: Asterisk) -> Place:
    return Place(Path(f"/proc/{asterisk.process.pid}" if asterisk.process else "/proc"))


def _root(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    if asterisk.process and asterisk.process.uid == 0:
        yield _of(asterisk), "its user is root"


def _core_limit(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    if asterisk.process and asterisk.process.core_limit != "0":
        yield _of(asterisk), f"its limit for core files is {asterisk.process.core_limit}"


def _collector(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    process = asterisk.process
    piped = process is not None and process.dumpable and process.core_pattern.startswith("|")
    if process and piped and process.core_pattern.split(" ")[0] not in _NO_COLLECTOR:
        yield Place(Path("/proc/sys/kernel/core_pattern")), process.core_pattern


def _options(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for letter in dict.fromkeys(asterisk.process.options if asterisk.process else ""):
        if meaning := _TELLTALE_OPTIONS.get(letter):
            yield _of(asterisk), f"it was started with -{letter}: {meaning}"


def _listeners(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    """Sockets beyond loopback that are no trunk with TLS, no sound, and no question to a name server."""
    if not asterisk.process:
        return
    transports = objects(asterisk, "transport")
    trunks = {_port(one.last("bind"), 5061) for one in transports if one.last("protocol").lower() in ("tls", "wss")}
    for listener in asterisk.process.listeners:
        if not listener.address.is_loopback and not _expected(asterisk, listener, trunks):
            yield _of(asterisk), str(listener)


def _expected(asterisk: Asterisk, listener: Listener, trunks: set[int]) -> bool:
    if listener.protocol == "tcp":
        return listener.port in trunks
    ephemeral = asterisk.process.ephemeral if asterisk.process else range(0)
    return listener.port in _sound_ports(asterisk) or listener.port in ephemeral


def _sound_ports(asterisk: Asterisk) -> range:
    start, end = (asterisk.settings("rtp.conf", "general", key) for key in ("rtpstart", "rtpend"))
    low, high = (int(one[0].value) if one and one[0].value.isdecimal() else 0 for one in (start, end))
    return range(low or 5000, (high or 31000) + 1)


def _port(bind: str, default: int) -> int:
    found = re.search(r":(\d{1,5})$", bind)
    return int(found[1]) if found else default


def _logs_now(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for log in asterisk.live.logs if asterisk.live else ():
        if bad := set(log.configuration.lower().split()) & TELLTALE_LEVELS:
            yield Place(asterisk.etc / "logger.conf"), f"{log.channel} takes {', '.join(sorted(bad))} at this moment"


def _old(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    version = asterisk.live.version if asterisk.live else ""
    if (found := re.match(r"(\d{1,5})\.", version)) and int(found[1]) < _OLDEST:
        yield _of(asterisk), f"Asterisk {version}"


# fmt: off
RULES: Final = (
    Rule("AST701", EXPOSED, "Asterisk runs as root",
         "one fault in it gives the whole machine away, the card side's memory included",
         "start it as a user of its own (User= in its systemd unit, or runuser in asterisk.conf)",
         _root),
    Rule("AST702", LEAK, "A crash of Asterisk may write a core file",
         "the file holds the keys that were being pressed",
         "LimitCORE=0 in its systemd unit, or `ulimit -c 0` before it starts",
         _core_limit),
    Rule("AST703", LEAK, "A collector gets the memory of every crash",
         "the limit for core files does not hold for a pipe, and the keys end on disk",
         "sysctl kernel.core_pattern=core, so that the limit holds",
         _collector),
    Rule("AST704", LEAK, "Asterisk was started with an option that shows keys",
         "the option wins over asterisk.conf",
         "take the letter out of the command that starts Asterisk",
         _options),
    Rule("AST705", EXPOSED, "Asterisk listens beyond this machine",
         "only a trunk with TLS and the sound of its calls need to be reached from elsewhere",
         "bind it to 127.0.0.1, or do not load what opens it",
         _listeners),
    Rule("AST711", LEAK, "A log takes keys at this moment",
         "somebody switched it on at the console, whatever logger.conf says",
         "`logger reload` at the console, then delete what was written",
         _logs_now),
    Rule("AST712", ADVICE, "This Asterisk is older than any that Tonewall is made for",
         "nobody mends its faults any more, and nobody has tried what it tells to whom: Asterisk 20 or newer",
         "install a newer Asterisk",
         _old),
)
# fmt: on
