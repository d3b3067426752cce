"""asterisk.conf and cli_permissions.conf: what the core may do, and what a console may switch on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from pci.hardening.conffile import Place
from pci.hardening.rule import EXPOSED, LEAK, Asterisk, Rule, is_off, is_on, setting

# each of these makes Asterisk print keys, or loads or dials what does
TELLTALE_COMMANDS: Final = (
    "ari set debug", "core set debug", "core set trace", "core set verbose", "dialplan add", "logger add",
    "logger set", "manager set debug", "module load", "pjsip set history", "pjsip set logger", "rtp set debug",
)  # fmt: skip


def _socket_mode_is_private(value: str) -> bool:
    try:
        return int(value, 8) & 0o007 == 0
    except ValueError:
        return False


def _covers(value: str, command: str) -> bool:
    """Whether a line of a console user is about a command: by its beginning, or as a regular expression."""
    if value.lower() == "all" or command.startswith(value.lower()):
        return True
    with suppress(re.error):
        return re.search(value, command) is not None
    return False


def _permitted_by_default(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    yield from setting("cli_permissions.conf", "general", "default_perm", lambda value: value == "deny", "permit")(
        asterisk
    )


def _permitted_to_users(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    """In a section the last line that fits a command decides, and `all` fits every command."""
    default = asterisk.settings("cli_permissions.conf", "general", "default_perm")
    permitted = not default or default[-1].value != "deny"
    for section in asterisk.file("cli_permissions.conf").sections:
        if section.name.lower() == "general":
            continue
        opened: dict[str, Place] = dict.fromkeys(TELLTALE_COMMANDS, section.place) if permitted else {}
        for one in section.settings:
            for command in TELLTALE_COMMANDS:
                if _covers(one.value, command):
                    opened.pop(command, None)
                    opened |= {command: one.place} if one.key.lower() == "permit" else {}
        if opened:
            yield max(opened.values(), key=lambda place: place.line), f"[{section.name}] may `{'`, `'.join(opened)}`"


def _socket_is_open(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in asterisk.file("asterisk.conf").named("directories"):
        folder = section.last("astrundir")
        path = asterisk.etc / folder / "asterisk.ctl"
        if folder and path.exists() and path.stat().st_mode & 0o007 and not os.path.isfile(path):
            yield Place(path), f"mode {path.stat().st_mode & 0o777:04o}"


# fmt: off
RULES: Final = (
    Rule("AST101", LEAK, "A crash writes a core file",
         "the file holds the keys that were being pressed",
         "asterisk.conf: dumpcore = no",
         setting("asterisk.conf", "options", "dumpcore", is_off, "no")),
    Rule("AST102", LEAK, "Debugging is on",
         "from debug 1 on, Asterisk's own sources print single keys",
         "asterisk.conf: debug = 0",
         setting("asterisk.conf", "options", "debug", is_off, "0")),
    Rule("AST103", LEAK, "The console is verbose",
         "verbose messages print what applications such as Read() collected",
         "asterisk.conf: verbose = 0",
         setting("asterisk.conf", "options", "verbose", is_off, "0")),
    Rule("AST104", EXPOSED, "Dangerous functions may be called from outside the dialplan",
         "SHELL() and FILE() then work through ARI and the manager interface",
         "asterisk.conf: live_dangerously = no",
         setting("asterisk.conf", "options", "live_dangerously", is_off, "no")),
    Rule("AST105", EXPOSED, "Configuration files may run programs",
         "one line in any file then runs whatever it names as Asterisk's user",
         "asterisk.conf: execincludes = no",
         setting("asterisk.conf", "options", "execincludes", is_off, "no")),
    Rule("AST106", EXPOSED, "Asterisk is told to run as root",
         "one fault in it then gives the whole machine away, the card side's memory included",
         "asterisk.conf: runuser = asterisk (a user of its own)",
         setting("asterisk.conf", "options", "runuser", lambda value: value not in ("root", "0"), "")),
    Rule("AST107", EXPOSED, "A remote console may run shell commands",
         "whoever reaches the control socket runs programs with the console's rights",
         "asterisk.conf: disable_remote_console_shell = yes",
         setting("asterisk.conf", "options", "disable_remote_console_shell", is_on, "no")),
    Rule("AST108", EXPOSED, "Everybody on the machine may open the control socket",
         "a console can do anything that Asterisk can, key logging included",
         "asterisk.conf: astctlpermissions = 0600 below [files]",
         setting("asterisk.conf", "files", "astctlpermissions", _socket_mode_is_private, "0600")),
    Rule("AST109", EXPOSED, "The control socket is open to everybody on the machine",
         "a console can do anything that Asterisk can, key logging included",
         "asterisk.conf: astctlpermissions = 0600 below [files], then restart Asterisk",
         _socket_is_open),
    Rule("AST111", EXPOSED, "Console commands are permitted to whoever has no section",
         "`rtp set debug on` and its like print every key",
         "cli_permissions.conf: default_perm = deny below [general], and a section for each user",
         _permitted_by_default),
    Rule("AST112", EXPOSED, "A console user may switch key logging on",
         "the command prints every key from then on, or brings in what does",
         "cli_permissions.conf: `deny = COMMAND` for each, below the `permit = all`",
         _permitted_to_users),
)
# fmt: on
