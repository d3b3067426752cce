"""What happens on a channel, brought to its line; a hang-up ends the listening and so whatever goes on beside it."""

from __future__ import annotations

import asyncio

from asterisk_ari import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHangupRequest,
    Gap,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
    Watch,
)
from ivr.calls.line import Line


async def listen(line: Line, events: Watch) -> None:
    """Bring the channel's events to the line; CallerHungUp, in a group, when there is nobody on it any more."""
    async with asyncio.TaskGroup() as tasks:
        keeper = tasks.create_task(line.miss_no_end())
        async for event in events:
            if isinstance(event, (ChannelDtmfReceived, PlaybackFinished, Gap)):
                line.hear(event)
            elif isinstance(event, (StasisStart, StasisEnd)):
                line.moved(event)
            elif isinstance(event, (ChannelHangupRequest, ChannelDestroyed)):
                line.gone()
        line.gone()
        keeper.cancel()
