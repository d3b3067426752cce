"""An ear on a caller: a snoop of ours on their channel, in a bridge of ours with a channel that sends to our port.

Measured with Asterisk 22.10: what is played to the caller is not in it, keys go on untouched, it stays through a
`move`, and it takes some 20 ms to make. When the caller hangs up the snoop ends by itself; the rest does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self
from uuid import uuid4

from asterisk_ari import AriApp, AriError, Asterisk, MediaLeg, NotFound, StasisStart, Watch
from pci.log import log

_MADE_SECONDS: Final = 5.0
_GONE_SECONDS: Final = 5.0
_BETWEEN_LOOKS: Final = 0.02


class NoEar(Exception):
    """The caller is gone, or Asterisk does not let them be heard."""


@dataclass(frozen=True, slots=True)
class Ear:
    """The names of one ear's parts: nobody else makes channels and bridges of these names."""

    snoop: str
    media: str
    bridge: str

    @classmethod
    def of(cls, app: str) -> Self:
        """Names for a new one."""
        name = f"{_mark(app)}{uuid4()}"
        return cls(f"{name}-in", f"{name}-out", name)


async def attach(app: AriApp, ear: Ear, channel_id: str, address: str, watches: Iterable[Watch]) -> MediaLeg:
    """Make the ear, and have what it hears sent to `address`. `watches` are of its two channels, from before this.

    `NoEar` if the caller is gone or Asterisk does not let them be heard. Whatever was made by then is there still.
    """
    asterisk = app.asterisk
    try:
        async with asyncio.timeout(_MADE_SECONDS):
            media = await asterisk.external_media(app.name, address, channel_id=ear.media)
            await asterisk.snoop(channel_id, app.name, snoop_id=ear.snoop)
            await asterisk.create_bridge(("mixing",), bridge_id=ear.bridge)
            for watch in watches:
                while not isinstance(await watch.next(), StasisStart):
                    pass
            await asterisk.add_channel(ear.bridge, ear.media)
            await asterisk.add_channel(ear.bridge, ear.snoop)
    except (AriError, TimeoutError) as error:
        log.warning("caller_not_heard", channel_id=channel_id, error=type(error).__name__)
        raise NoEar from None
    return media


async def detach(asterisk: Asterisk, ear: Ear) -> bool:
    """Take the ear away, and return when Asterisk has none of it any more; False if it does not say so in time."""
    try:
        async with asyncio.timeout(_GONE_SECONDS):
            for channel in (ear.snoop, ear.media):
                with suppress(NotFound):
                    await asterisk.hang_up(channel)
            with suppress(NotFound):
                await asterisk.destroy_bridge(ear.bridge)
            while await _is_there(asterisk, ear):  # noqa: ASYNC110 - no event tells that a snoop is gone
                await asyncio.sleep(_BETWEEN_LOOKS)
    except (AriError, TimeoutError) as error:
        log.error("ear_not_taken_away", error=type(error).__name__)
        return False
    return True


async def sweep(app: AriApp) -> None:
    """Take away what a process that died has left."""
    mark = _mark(app.name)
    for channel in await app.asterisk.channels():
        if channel.id.startswith(mark):
            log.warning("ear_swept", channel_id=channel.id)
            with suppress(NotFound):
                await app.asterisk.hang_up(channel.id)
    for bridge in await app.asterisk.bridges():
        if bridge.id.startswith(mark):
            with suppress(NotFound):
                await app.asterisk.destroy_bridge(bridge.id)


async def _is_there(asterisk: Asterisk, ear: Ear) -> bool:
    """Whether Asterisk still has any of it: what it was told to end goes on for a moment."""
    for channel in (ear.snoop, ear.media):
        with suppress(NotFound):
            await asterisk.channel(channel)
            return True
    with suppress(NotFound):
        await asterisk.bridge(ear.bridge)
        return True
    return False


def _mark(app: str) -> str:
    return f"{app}-ear-"
