"""Brings each event to the readers of its channel, and keeps what nobody reads yet. Does no I/O."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

from asterisk_ari.errors import StreamEnded
from asterisk_ari.events import ChannelDestroyed, Event, Gap, StasisEnd, StasisStart, Unknown
from asterisk_ari.model import Channel
from asterisk_ari.watch import Watch

# channels that ended after arrivals() gave them out and before anybody watched them: how many are remembered
_LATE_KEPT = 1000


class Dispatch:
    """The readers of one application's events.

    A channel that comes into the application unwatched is an arrival. Its events are kept from that moment on, so
    that whoever takes the arrival and watches the channel misses none. An arrival that ends untaken is taken back.
    """

    def __init__(self) -> None:
        self.ended: type[StreamEnded] | None = None
        self._watches: dict[str, list[Watch]] = {}
        self._unclaimed: dict[str, Watch] = {}
        self._arrivals: dict[str, StasisStart] = {}
        self._arrived = asyncio.Event()
        self._late: deque[str] = deque()

    @contextmanager
    def watch(self, channel_id: str) -> Iterator[Watch]:
        """The channel's events from now on; from its arrival on if nobody else watches it yet."""
        watch = self._claim(channel_id)
        try:
            yield watch
        finally:
            watches = self._watches[channel_id]
            watches.remove(watch)
            if not watches:
                del self._watches[channel_id]

    async def arrivals(self) -> AsyncIterator[StasisStart]:
        """Channels that come into the application and that nobody watches; raises the `StreamEnded` at the end."""
        while True:
            while self._arrivals:
                yield self._arrivals.pop(next(iter(self._arrivals)))
            if self.ended is not None:
                raise self.ended
            self._arrived.clear()
            await self._arrived.wait()

    def deliver(self, event: Event) -> None:
        """Bring one event to where it is awaited."""
        channel_id = event.channel_id
        if type(event) is Unknown and event.malformed:
            self._gap(channel_id)
        elif channel_id is None:
            return
        elif type(event) is StasisStart and (channel_id in self._unclaimed or channel_id not in self._watches):
            self._arrive(event)
        else:
            for watch in self._watches.get(channel_id, ()):
                watch.put(event)
            if channel_id in self._unclaimed and isinstance(event, (StasisEnd, ChannelDestroyed)):
                self._left_unclaimed(channel_id)

    def lost(self) -> None:
        """The connection dropped: nothing can be heard from now on."""
        for watch in self._everyone():
            watch.put(Gap(over=False))

    def restored(self, inside: frozenset[str], living: Mapping[str, Channel]) -> None:
        """Events flow again: `living` are all channels of Asterisk, `inside` those of them in the application."""
        for watch in self._everyone():
            watch.put(Gap(over=True))
        for channel_id in list(self._watches):
            self._catch_up(channel_id, inside, living)
        for channel_id in inside:
            if channel_id not in self._watches:
                self._arrive(StasisStart(living[channel_id], found=True))

    def end(self, reason: type[StreamEnded]) -> None:
        """No event will come any more: every reader is told why."""
        self.ended = self.ended or reason
        for watch in self._everyone():
            watch.end(reason)
        self._arrived.set()

    def _claim(self, channel_id: str) -> Watch:
        watch = self._unclaimed.pop(channel_id, None)
        if watch is not None:
            start = self._arrivals.pop(channel_id, None)
            if start is not None:
                watch.put_first(start)
            return watch
        watch = Watch(channel_id)
        others = self._watches.setdefault(channel_id, [])
        if others:
            watch.inside = others[0].inside
        others.append(watch)
        if self.ended is not None:
            watch.end(self.ended)
        return watch

    def _arrive(self, start: StasisStart) -> None:
        channel_id = start.channel_id
        known = self._unclaimed.get(channel_id)
        if known is not None and known.inside and channel_id not in self._arrivals:
            return  # found after a gap and given out; the event itself comes late and is no second arrival
        watch = Watch(channel_id)
        watch.inside = True
        self._watches[channel_id] = [watch]
        self._unclaimed[channel_id] = watch
        self._arrivals[channel_id] = start
        self._arrived.set()

    def _left_unclaimed(self, channel_id: str) -> None:
        if self._arrivals.pop(channel_id, None) is not None:
            self._forget(channel_id)
        elif self._unclaimed[channel_id].gone:
            self._late.append(channel_id)
            if len(self._late) > _LATE_KEPT:
                self._forget(self._late.popleft())

    def _forget(self, channel_id: str) -> None:
        if self._unclaimed.pop(channel_id, None) is not None:
            del self._watches[channel_id]

    def _catch_up(self, channel_id: str, inside: frozenset[str], living: Mapping[str, Channel]) -> None:
        """Tell the readers of a channel what happened to it while nothing could be heard."""
        was_inside = self._watches[channel_id][0].inside
        if channel_id not in living:
            self.deliver(ChannelDestroyed(channel_id, found=True))
        elif channel_id in inside and not was_inside:
            self.deliver(StasisStart(living[channel_id], found=True))
        elif channel_id not in inside and was_inside:
            self.deliver(StasisEnd(channel_id, found=True))

    def _gap(self, channel_id: str | None) -> None:
        """An event could not be read: whoever it may have been for must not take its absence for silence."""
        for watch in self._everyone() if channel_id is None else self._watches.get(channel_id, ()):
            watch.put(Gap(over=True))

    def _everyone(self) -> Iterator[Watch]:
        for watches in self._watches.values():
            yield from watches
