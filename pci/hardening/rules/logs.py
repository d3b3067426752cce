"""What is written about calls: logger.conf, CEL, CDR, and the manager interface that reports all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pci.hardening.conffile import Place
from pci.hardening.rule import ADVICE, EXPOSED, LEAK, Asterisk, Find, Rule, is_off, setting

TELLTALE_LEVELS: Final = frozenset({"dtmf", "debug", "verbose", "trace", "*"})
_READS_KEYS: Final = frozenset({"all", "dtmf", "log", "verbose", "dialplan"})
_WRITES_ALL: Final = frozenset({"all", "system", "command", "config", "originate"})


def _words(value: str) -> list[str]:
    return [word.strip().lower() for word in value.split(",") if word.strip()]


def _levels(value: str) -> set[str]:
    """The levels of a log destination; `[json]` before them and a number in brackets behind are no levels."""
    return {word.partition("(")[0] for word in _words(re.sub(r"^\[\w*\]", "", value.strip()))}


def _prints_keys(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in asterisk.file("logger.conf").named("logfiles"):
        for one in section.settings:
            if bad := _levels(one.value) & TELLTALE_LEVELS:
                yield one.place, f"{one.key} takes {', '.join(sorted(bad))}"


def _refusals_unlogged(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    sections = asterisk.file("logger.conf").named("logfiles")
    if not any("security" in _levels(one.value) for section in sections for one in section.settings):
        yield (
            (sections[0].place if sections else Place(asterisk.etc / "logger.conf")),
            "no destination takes security",
        )


def _cel_keys(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in asterisk.file("cel.conf").named("general"):
        for one in section.all("events"):
            if set(_words(one.value)) & {"all", "dtmf"}:
                yield one.place, f"events = {one.value}"


def _ami_users(key: str, classes: frozenset[str]) -> Find:
    def find(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
        for section in asterisk.file("manager.conf").sections:
            for one in section.all(key) if section.name.lower() != "general" else ():
                if bad := set(_words(one.value)) & classes:
                    yield one.place, f"[{section.name}] {key} = {', '.join(sorted(bad))}"

    return find


# fmt: off
RULES: Final = (
    Rule("AST201", LEAK, "A log takes a level that prints keys",
         "dtmf, debug and trace print every key, verbose prints what applications collected",
         "logger.conf: name only notice, warning, error and security",
         _prints_keys),
    Rule("AST202", ADVICE, "The queue log is written",
         "it names the key with which a caller left a queue",
         "logger.conf: queue_log = no below [general]",
         setting("logger.conf", "general", "queue_log", is_off, "yes")),
    Rule("AST203", ADVICE, "Refused logins are logged nowhere",
         "PCI DSS 10.2.1.4 asks for every invalid attempt to get in",
         "logger.conf: add the level security to a destination",
         _refusals_unlogged),
    Rule("AST211", LEAK, "Channel event logging records keys",
         "its DTMF event has the key in it",
         "cel.conf: remove ALL and DTMF from events, or enable = no",
         _cel_keys),
    Rule("AST212", EXPOSED, "Channel event logging is on",
         "it is one word away from recording every key",
         "cel.conf: enable = no below [general]",
         setting("cel.conf", "general", "enable", is_off, "no")),
    Rule("AST221", EXPOSED, "Call detail records are written",
         "they keep the arguments of the last application, and what was dialled during a call",
         "cdr.conf: enable = no below [general]",
         setting("cdr.conf", "general", "enable", is_off, "yes")),
    Rule("AST231", EXPOSED, "The manager interface is on",
         "it reports every key, and every channel variable, to whoever may read it",
         "manager.conf: enabled = no below [general]",
         setting("manager.conf", "general", "enabled", is_off, "no")),
    Rule("AST232", EXPOSED, "The manager interface is offered over HTTP",
         "it reports every key, and every channel variable, to whoever may read it",
         "manager.conf: webenabled = no below [general]",
         setting("manager.conf", "general", "webenabled", is_off, "no")),
    Rule("AST233", LEAK, "A user of the manager interface may read keys",
         "the classes dtmf, log, verbose and dialplan have keys and collected digits in them",
         "manager.conf: take these classes out of the user's read",
         _ami_users("read", _READS_KEYS)),
    Rule("AST234", EXPOSED, "A user of the manager interface may do anything",
         "a command or an originated call can listen to a caller, or switch key logging on",
         "manager.conf: take these classes out of the user's write",
         _ami_users("write", _WRITES_ALL)),
)
# fmt: on
