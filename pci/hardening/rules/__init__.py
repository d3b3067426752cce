"""The rules of `pci check asterisk`, one file for each family, and all of them by their codes."""

from __future__ import annotations

from typing import Final

from pci.hardening.rule import Rule
from pci.hardening.rules import core, dialplan, doors, files, logs, machine, media, modules

RULES: Final[tuple[Rule, ...]] = (
    *files.RULES,
    *core.RULES,
    *logs.RULES,
    *doors.RULES,
    *media.RULES,
    *dialplan.RULES,
    *modules.RULES,
    *machine.RULES,
)
