"""Cards between capture and charge, with their security codes, in memory only.

A security code is never written down (PCI DSS 3.3.1) and does not outlive the first answer of a charge, or 120 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from pci.card import Cvv, PostalCode
from pci.contract import Brand
from pci.errors import CaptureSpent

LIFETIME: Final = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Captured:
    """A card that was keyed: number and expiry date lie in the vault under `token`, the rest is here."""

    token: str
    brand: Brand
    last4: str
    cvv: Cvv | None = None
    postal_code: PostalCode | None = None

    def wipe(self) -> None:
        """Overwrite what is secret."""
        for secret in (self.cvv, self.postal_code):
            if secret is not None:
                secret.wipe()


class Captures:
    """Holds each capture until it is spent, released or too old."""

    def __init__(self, lifetime: float = LIFETIME) -> None:
        self._lifetime = lifetime
        self._held: dict[str, tuple[Captured, asyncio.TimerHandle]] = {}

    def hold(self, capture_id: str, captured: Captured) -> None:
        """Keep it for `lifetime` seconds from now."""
        timer = asyncio.get_running_loop().call_later(self._lifetime, self.release, capture_id)
        self._held[capture_id] = captured, timer

    @contextmanager
    def spend(self, capture_id: str) -> Iterator[Captured]:
        """Take a capture, once and for good: it is wiped when the block ends, however it ends.

        `CaptureSpent` if it was taken before, has expired or never was.
        """
        captured, timer = self._held.pop(capture_id, (None, None))
        if captured is None or timer is None:
            raise CaptureSpent
        timer.cancel()
        try:
            yield captured
        finally:
            captured.wipe()

    def release(self, capture_id: str) -> None:
        """Wipe a capture that will not be charged. Releasing what is not there is fine."""
        if capture_id in self._held:
            with self.spend(capture_id):
                pass

    def release_all(self) -> None:
        """Wipe everything: the process is about to end."""
        for capture_id in tuple(self._held):
            self.release(capture_id)
