"""What a rule is, and what it is given: one Asterisk, as its files, its process and its own words show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from pci.hardening.conffile import Conf, Place, Section, Setting
from pci.hardening.live import Live
from pci.hardening.process import Process

# of these files Asterisk takes the first setting of a key, of the others the last one
_FIRST_COUNTS: Final = frozenset({"rtp.conf", "modules.conf", "logger.conf", "extensions.conf"})
_TRUE: Final = frozenset({"yes", "true", "y", "t", "1", "on"})


class Severity(StrEnum):
    """How bad it is: a digit can leak; a door is open that should not be; better otherwise."""

    LEAK = "leak"
    EXPOSED = "exposed"
    ADVICE = "advice"


LEAK, EXPOSED, ADVICE = Severity


@dataclass(frozen=True, slots=True)
class Asterisk:
    """One Asterisk. `process` and `live` are None where only its files are known."""

    conf: Path
    etc: Path
    files: dict[str, Conf]
    process: Process | None = None
    live: Live | None = None

    def file(self, name: str) -> Conf:
        """A configuration file by its name; one that is not there is empty."""
        return self.files.get(name) or Conf(self.etc / name)

    def standing_alone(self) -> list[Conf]:
        """The files that no other file includes: one that is included may well be no file by itself."""
        included = {path for conf in self.files.values() for path in conf.files if path != conf.path}
        return [conf for conf in self.files.values() if conf.path not in included]

    def settings(self, name: str, section: str, key: str) -> list[Setting]:
        """What counts for a key: one setting, or one for each section of that name if it was written twice."""
        counts = 0 if name in _FIRST_COUNTS else -1
        given = (part.all(key) for part in self.file(name).named(section))
        return [settings[counts] for settings in given if settings]


Found = Iterable[tuple[Place, str]]
Find = Callable[[Asterisk], Found]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong. `find` names each place and what it says there."""

    code: str
    severity: Severity
    what: str
    why: str
    mend: str
    find: Find


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken somewhere."""

    rule: Rule
    place: Place
    says: str


def is_on(value: str) -> bool:
    """Whether Asterisk takes the value for a yes."""
    return value.lower() in _TRUE


def is_off(value: str) -> bool:
    """Whether Asterisk takes the value for a no, which is all that is no yes and no number above 0."""
    return not is_on(value) and not re.match(r"\s*0*[1-9]", value)


def is_empty(value: str) -> bool:
    """Whether nothing is set."""
    return not value


def is_loopback(address: str) -> bool:
    """Whether an address of Asterisk's (`127.0.0.1`, `127.0.0.1:5060`, `[::1]:5060`) is of this machine alone."""
    host = address.partition("]")[0].lstrip("[") if address.startswith("[") else address
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def setting(name: str, section: str, key: str, allowed: Callable[[str], bool], default: str) -> Find:
    """A rule for one setting: its value must be `allowed`, and so must Asterisk's `default` if it is not set."""

    def find(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
        given = asterisk.settings(name, section, key)
        for one in given:
            if not allowed(one.value):
                yield one.place, f"{key} = {one.value}"
        if not given and not allowed(default):
            yield where(asterisk, name, section), f"{key} is not set, and Asterisk takes {default}"

    return find


def where(asterisk: Asterisk, name: str, section: str) -> Place:
    """Where a missing setting belongs: the heading of its section, or the file if there is none."""
    parts = asterisk.file(name).named(section)
    return parts[0].place if parts else Place(asterisk.etc / name)


def objects(asterisk: Asterisk, kind: str, name: str = "pjsip.conf") -> list[Section]:
    """The sections whose `type` is `kind`."""
    return [section for section in asterisk.file(name).sections if section.last("type").lower() == kind]


def judged(section: Section, key: str, allowed: Callable[[str], bool], default: str) -> Iterator[tuple[Place, str]]:
    """As `setting`, for a section that is at hand."""
    given = section.all(key)
    if given and not allowed(given[-1].value):
        yield given[-1].place, f"[{section.name}] {key} = {given[-1].value}"
    elif not given and not allowed(default):
        yield section.place, f"[{section.name}] {key} is not set, and Asterisk takes {default}"
