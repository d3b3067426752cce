"""The events of one channel, in order, for one reader."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Self

from asterisk_ari.errors import ChannelGone, StreamEnded
from asterisk_ari.events import ChannelDestroyed, ChannelHangupRequest, Event, Gap, StasisEnd, StasisStart

LIMIT = 256
_LIFECYCLE = (StasisStart, StasisEnd, ChannelDestroyed)
_LIFECYCLE_KEPT = 16


class Watch:
    """Events of one channel from the moment it is watched (or, if it was in `arrivals()`, from its arrival).

    At most `LIMIT` events wait for a reader. One more, and those that wait are given up for a `Gap`; only the last
    few that say where the channel is (`StasisStart`, `StasisEnd`, `ChannelDestroyed`) stay, after it.

    The last event is always a `ChannelDestroyed`. Asterisk itself tells the end of a channel only to who subscribed
    to it; the others get it from here, after the `StasisEnd` that follows a `ChannelHangupRequest`.
    """

    __slots__ = ("_end", "_events", "_guessed", "_hangup", "_reader", "channel_id", "inside")

    def __init__(self, channel_id: str) -> None:
        self.channel_id = channel_id
        self.inside: bool | None = None
        """Whether the channel is in our application, as far as events told; None before any did."""
        self._guessed = False
        self._hangup: ChannelHangupRequest | None = None
        self._events: deque[Event | Gap] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._end: type[StreamEnded] | None = None

    async def next(self) -> Event | Gap:
        """The next event; waits for it. `ChannelGone` after the last one, another `StreamEnded` if none can come."""
        while not self._events:
            if self._end is not None:
                raise self._end
            if self._reader is not None:
                raise RuntimeError("two tasks read the same watch: let each have its own")
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._events.popleft()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event | Gap:
        """As `next`, but the iteration ends quietly when the channel is gone."""
        try:
            return await self.next()
        except ChannelGone:
            raise StopAsyncIteration from None

    @property
    def gone(self) -> bool:
        """Whether the channel has been destroyed, so that no event will come after those that wait."""
        return self._end is ChannelGone

    def put(self, event: Event | Gap) -> None:
        """For the application: hand an event to the reader."""
        if self._end is not None or not self._is_news(event):
            return
        if len(self._events) >= LIMIT:
            kept = [waiting for waiting in self._events if isinstance(waiting, _LIFECYCLE)]
            self._events = deque([Gap(over=True), *kept[-_LIFECYCLE_KEPT:]])
        self._events.append(event)
        if isinstance(event, ChannelHangupRequest):
            self._hangup = event
        elif isinstance(event, StasisEnd) and self._hangup is not None:
            self._events.append(ChannelDestroyed(self.channel_id, self._hangup.cause))
            self._end = ChannelGone
        elif isinstance(event, ChannelDestroyed):
            self._end = ChannelGone
        self._wake()

    def put_first(self, event: StasisStart) -> None:
        """For the application: the arrival that nobody took, before what came after it."""
        self._events.appendleft(event)

    def end(self, reason: type[StreamEnded]) -> None:
        """For the application: no event will come any more."""
        self._end = self._end or reason
        self._wake()

    def _is_news(self, event: Event | Gap) -> bool:
        """Whether the event tells more than what was found out after a gap, and was told already."""
        if not isinstance(event, (StasisStart, StasisEnd)):
            return True
        inside = isinstance(event, StasisStart)
        if self._guessed and self.inside is inside:
            return False
        self.inside, self._guessed = inside, event.found
        return True

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
