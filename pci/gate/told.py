"""What the call side is told: events of its own channels, while they are in its application, and of nothing else.

Dropped is every event whose type is not in `TOLD`, which has what the call side makes use of and no more, and every
event of a channel that the card side has. Which channels are inside is learnt from the same stream, so a key and the
end of a visit cannot overtake each other here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from pci.gate.checks import owns

MOST_CHANNELS: Final = 20_000
Fields = dict[str, Any]


class Told:
    """Judges the events of one connection to Asterisk, in their order, and knows the channels that are inside."""

    def __init__(self, app: str, clock: Callable[[], float] = time.time) -> None:
        self.inside: dict[str, float] = {}
        """The channels in the application `app`, each with when it came, in seconds since 1970."""
        self.replaced = False
        """Whether another connection has the application now: no event will come here that tells who was taken."""
        self._app = app
        self._clock = clock
        self._taken: set[str] = set()

    def begin(self, inside: Iterable[str], taken: Iterable[str]) -> None:
        """What Asterisk said when the connection was made: who is inside, and whom the card side has."""
        now = self._clock()
        self.inside = dict.fromkeys(inside, now)
        self._taken = {name for name in taken if owns(self._app, name)}

    def passes(self, frame: str | bytes) -> bool:
        """Whether the call side is told of the event in this frame."""
        try:
            event = json.loads(frame)
            judge = TOLD.get(event["type"])
            return judge is not None and event.get("application") == self._app and judge(self, event)
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            return False

    # each judge gives whether the event passes

    def came(self, event: Fields) -> bool:
        """A channel came into the application."""
        channel = event["channel"]["id"]
        if len(self.inside) >= MOST_CHANNELS:
            return False
        self.inside[channel] = _when(event)
        self._taken.discard(channel)
        return True

    def went(self, event: Fields) -> bool:
        """A channel left the application: the card side took it, or its call is ending."""
        channel = event["channel"]["id"]
        if owns(self._app, channel):
            self._taken.add(channel)
        return self.inside.pop(channel, None) is not None

    def ended(self, event: Fields) -> bool:
        """A channel is no more; there is nothing left of it that could be told wrongly."""
        channel = event["channel"]["id"]
        self.inside.pop(channel, None)
        self._taken.discard(channel)
        return True

    def key(self, event: Fields) -> bool:
        """A key was let go. It passes if it was pressed here too: one that is held while its caller is given back
        began with the card side. By Asterisk's own times, which no delay on the way to us can move."""
        came = self.inside.get(event["channel"]["id"])
        return came is not None and _when(event) - event["duration_ms"] / 1000 >= came

    def of_channel(self, event: Fields) -> bool:
        """A channel inside; or one that is being called, and that nobody has yet."""
        channel = event["channel"]["id"]
        return channel in self.inside or (owns(self._app, channel) and channel not in self._taken)

    def of_playback(self, event: Fields) -> bool:
        """A playback of the call side that is heard by a channel inside or in a bridge of its own."""
        playback = event["playback"]
        kind, _, name = playback["target_uri"].partition(":")
        heard = name in self.inside if kind == "channel" else kind == "bridge" and owns(self._app, name)
        return heard and owns(self._app, playback["id"])

    def ends(self, _: Fields) -> bool:
        """Another connection has opened the application."""
        self.replaced = True
        return True


def _when(event: Fields) -> float:
    return datetime.fromisoformat(event["timestamp"]).timestamp()


TOLD: Final[dict[str, Callable[[Told, Fields], bool]]] = {
    "StasisStart": Told.came,
    "StasisEnd": Told.went,
    "ChannelDestroyed": Told.ended,
    "ChannelDtmfReceived": Told.key,
    "ChannelHangupRequest": Told.of_channel,
    "PlaybackFinished": Told.of_playback,
    "ApplicationReplaced": Told.ends,
}
