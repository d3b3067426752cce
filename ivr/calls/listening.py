"""What happens on a channel, brought to its line; a hang-up ends the listening and so whatever goes on beside it."""

from __future__ import annotations

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
    """Bring the channel's events to the line; CallerHungUp when there is nobody on it any more."""
    async for event in events:
        if isinstance(event, (ChannelDtmfReceived, PlaybackFinished, Gap)):
            line.hear(event)
        elif isinstance(event, (StasisStart, StasisEnd)):
            line.moved(event)
        elif isinstance(event, (ChannelHangupRequest, ChannelDestroyed)):
            line.gone()
    line.gone()
