"""The files themselves: who may read and change them, and whether Asterisk takes them as they were meant."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pci.hardening.conffile import MOST_FILES, Place
from pci.hardening.rule import ADVICE, EXPOSED, Asterisk, Found, Rule

# here one name may head several sections: they are told apart by their type, or added up
_MANY_OF_A_NAME: Final = frozenset({"pjsip.conf", "extensions.conf"})
_ELSEWHERE: Final = ("config,", "memory", "astdb")
_SECRET: Final = ("ari.conf", "manager.conf", "pjsip.conf", "websocket_client.conf")


def _execs(asterisk: Asterisk) -> Found:
    return ((place, "#exec") for conf in asterisk.standing_alone() for place in conf.execs)


def _mistakes(asterisk: Asterisk) -> Found:
    return ((mistake.place, mistake.text) for conf in asterisk.standing_alone() for mistake in conf.mistakes)


def _twice(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for conf in asterisk.standing_alone():
        seen: set[str] = set()
        for section in conf.sections if conf.path.name not in _MANY_OF_A_NAME else ():
            if section.name.lower() in seen:
                yield section.place, f"[{section.name}] is there a second time"
            seen.add(section.name.lower())


def _writable(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    owners = {0, asterisk.process.uid if asterisk.process else os.geteuid()}
    for path in _paths(asterisk):
        status = path.stat()
        if stat.S_IMODE(status.st_mode) & 0o022:
            yield Place(path), f"mode {stat.S_IMODE(status.st_mode):04o}"
        elif status.st_uid not in owners:
            yield Place(path), f"belongs to user {status.st_uid}"


def _readable(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for name in _SECRET:
        for path in dict.fromkeys(asterisk.file(name).files):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o004:
                yield Place(path), f"mode {mode:04o}"


def _paths(asterisk: Asterisk) -> list[Path]:
    included = [path for conf in asterisk.files.values() for path in conf.files]
    folders = {path.parent for path in included[:MOST_FILES]}
    return [
        path for path in dict.fromkeys([asterisk.etc, asterisk.conf, *sorted(folders), *included]) if path.exists()
    ]


def _elsewhere(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for name in ("extconfig.conf", "sorcery.conf"):
        for section in asterisk.file(name).sections:
            for one in section.settings:
                if name == "extconfig.conf" or not one.value.startswith(_ELSEWHERE):
                    yield one.place, f"{one.key} comes from {one.value.partition(',')[0]}"
    for section in asterisk.file("pjsip_wizard.conf").sections:
        yield section.place, f"[{section.name}] makes SIP endpoints"
    for other in ("extensions.ael", "extensions.lua"):
        if (asterisk.etc / other).exists():
            yield Place(asterisk.etc / other), "a dialplan in another language"


# fmt: off
RULES: Final = (
    Rule("AST001", EXPOSED, "A configuration file runs a program",
         "whoever can change that program changes Asterisk's settings, and this check cannot read what it prints",
         "write the settings into the file and remove `#exec`",
         _execs),
    Rule("AST002", EXPOSED, "Asterisk does not take a line as it was meant",
         "a setting that protects may be missing, and Asterisk only logs it while it starts",
         "mend the line",
         _mistakes),
    Rule("AST003", ADVICE, "A section is written twice",
         "of some files Asterisk reads the first one only, of others both",
         "put the settings into one section, or write (+) behind the second heading",
         _twice),
    Rule("AST004", EXPOSED, "Others may change a configuration file",
         "they can switch on whatever this check has found to be off",
         "chown it to root or to the user that runs Asterisk, then chmod go-w",
         _writable),
    Rule("AST005", EXPOSED, "Everybody on the machine may read a file with passwords",
         "an ARI or SIP login lets its holder listen to the keys of a call",
         "chmod o-r (0600, or 0640 with the group of the user that runs Asterisk)",
         _readable),
    Rule("AST006", EXPOSED, "Part of the configuration is not in the files that this check reads",
         "what is set there can undo everything that is set here",
         "keep the configuration in the .conf files: empty extconfig.conf, and no wizard, AEL or Lua",
         _elsewhere),
)
# fmt: on
