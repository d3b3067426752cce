"""Looks, about once a second and for all captures at once, whether every caller in one is still alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Final, Never

from asterisk_ari import AriApp, AriError
from pci.capture.alone import Breach, Kind, Surroundings
from pci.capture.line import now
from pci.capture.session import CaptureSession

_BLIND_LOOKS: Final = 3  # in a row, after which nobody can say that the callers are alone
_LOOK_SECONDS: Final = 2.0


class Lookout:
    """Watches over `captures`, every `period` seconds. What Asterisk tells at once, the captures hear themselves."""

    def __init__(self, app: AriApp, captures: Callable[[], Collection[CaptureSession]], period: float) -> None:
        self._app = app
        self._captures = captures
        self._period = period
        self._blind = 0

    async def keep(self) -> Never:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(self._period)
            if guarded := [capture for capture in self._captures() if capture.alone_since is not None]:
                await self._look(guarded)

    async def _look(self, guarded: list[CaptureSession]) -> None:
        began = now()
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                around = await Surroundings.of(self._app.asterisk)
        except (AriError, TimeoutError):
            around = None
        self._blind = 0 if around else self._blind + 1
        for capture in guarded:
            if capture.alone_since is None or capture.alone_since > began:
                continue  # given back or made alone while we looked
            if around:
                breaches = around.breaches(capture.channel, self._app.name, capture.ears(began))
            else:
                breaches = [Breach(Kind.UNSEEN)] if self._blind >= _BLIND_LOOKS else []
            if breaches:
                capture.breached(breaches[0])
