"""What captures need beside their caller, and where they tell what happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

from asterisk_ari import AriApp
from pci.alarm import Alarm, log_alarm
from pci.audit import Audit
from pci.capture.captures import Captures
from pci.capture.line import Patience
from pci.contract import CaptureEvent
from pci.hearing.ears import Ears
from pci.prompts import Prompts
from pci.vault import Vault

Emit = Callable[[CaptureEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Room:
    """What every capture needs."""

    app: AriApp
    prompts: Prompts
    vault: Vault
    captures: Captures
    audit: Audit
    today: Callable[[], date] = date.today
    patience: Patience = field(default_factory=Patience)
    alarm: Alarm = log_alarm
    ears: Ears = field(default_factory=Ears)
