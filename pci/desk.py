"""What everything that moves money needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pci.attempts import Attempts
from pci.audit import Audit
from pci.capture.captures import Captures
from pci.processors.base import Processor
from pci.vault import Vault

DEADLINE: Final = 30.0  # seconds that a caller waits for the bank


@dataclass(frozen=True, slots=True)
class Desk:
    """`key` makes idempotency keys; `deadline` is in seconds, from the intent to the answer."""

    attempts: Attempts
    captures: Captures
    vault: Vault
    audit: Audit
    processor: Processor
    key: bytes = field(repr=False)
    deadline: float = DEADLINE
