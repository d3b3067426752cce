"""Tells the service manager that this process is not stuck.

One that is stuck gives no caller back, and nobody else may hang up on a caller whom the card side has. So it is
killed; then its socket is dead, and the call side may tell the callers and end their calls.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Never

PERIOD: Final = 5.0  # seconds; WatchdogSec in the unit is several times that


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Be watched until the block ends, if there is a service manager that watches."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        yield
        return
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(_keep_telling(address.replace("@", "\0", 1)))
        try:
            yield
        finally:
            telling.cancel()


async def _keep_telling(address: str) -> Never:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.setblocking(False)
        while True:
            with suppress(OSError):
                end.sendto(b"WATCHDOG=1", address)
            await asyncio.sleep(PERIOD)
