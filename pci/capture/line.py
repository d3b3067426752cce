"""One caller's line: taken away from everybody else, listened to, given back.

Nobody but this process may get the caller's keys, so a line counts as taken only when Asterisk itself says that no
bridge, no snoop channel and no other application has the caller. A `move` that was accepted proves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from asterisk_ari import (
    Application,
    ApplicationMoveFailed,
    AriRefused,
    Asterisk,
    Channel,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelGone,
    ChannelHangupRequest,
    Event,
    Gap,
    NotFound,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
)

_ROUNDS: Final = 3
# how Asterisk lists the subscriptions of an application that was opened with subscribeAll
_EVERYTHING: Final = frozenset({"__AST_CHANNEL_ALL_TOPIC", "__AST_ENDPOINT_ALL_TOPIC"})


class CallerGone(Exception):
    """The caller hung up."""


class LineNotAlone(Exception):
    """Somebody else could get the caller's keys."""


class LineLost(Exception):
    """The caller did not come, cannot hear us, or the connection to Asterisk did not come back."""


class Watched(Protocol):
    """The events of one channel, in order."""

    async def next(self) -> Event | Gap:
        """The next one, as soon as there is one; a `StreamEnded` error when there can be no more."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a capture waits for what, in seconds."""

    whole: float = 600.0  # a capture, from first to last
    taken: float = 5.0  # the caller, once moved, in either direction
    prompt: float = 60.0  # the end of a prompt
    gap: float = 30.0  # the connection to Asterisk to come back
    quiet: float = 1.0  # no key before the caller is given back: a late digit must not reach the call side
    quiet_at_most: float = 5.0


class Line:
    """The line of one caller during one capture. `app` is our own Stasis application."""

    def __init__(self, asterisk: Asterisk, events: Watched, channel: Channel, app: str, patience: Patience) -> None:
        self._asterisk = asterisk
        self._events = events
        self._channel = channel
        self._app = app
        self.patience: Final = patience
        self._last_key = now()
        self._ours = self._deaf = False
        self.playing: str | None = None
        """The id of the playback that is heard now."""

    async def take(self, capture_id: str) -> None:
        """Return when the caller is here and alone; `LineLost`, `LineNotAlone` or `CallerGone` otherwise."""
        for bridge_id in await self._bridges():
            await self._asterisk.remove_channel(bridge_id, self._channel.id)
        await self._asterisk.move(self._channel.id, self._app, (capture_id,))
        deadline = now() + self.patience.taken
        arrived = False
        while not arrived:
            event = await self.next(deadline)
            if event is None:
                raise LineLost
            arrived = isinstance(event, StasisStart) and (event.found or event.args == (capture_id,))
        self._ours = True
        await self._make_alone()

    async def next(self, deadline: float) -> Event | Gap | None:
        """The next event; None once the loop's clock shows `deadline`."""
        try:
            async with asyncio.timeout_at(deadline):
                event = await self._events.next()
        except TimeoutError:
            return None
        except ChannelGone:
            raise CallerGone from None
        match event:
            case ChannelHangupRequest() | ChannelDestroyed():
                raise CallerGone
            case StasisEnd() if self._ours:
                raise CallerGone
            case ChannelEnteredBridge() if self._ours:
                raise LineNotAlone
            case ChannelDtmfReceived() | Gap():
                self._last_key = now()
                self._deaf = isinstance(event, Gap) and not event.over
            case PlaybackFinished() if event.playback.id == self.playing:
                self.playing = None
                if event.playback.state == "failed":  # as when Asterisk may not read the sounds
                    raise LineLost
        return event

    async def play(self, media: Sequence[str]) -> None:
        """Begin to play sounds."""
        try:
            self.playing = (await self._asterisk.play(self._channel.id, media)).id
        except NotFound:
            raise CallerGone from None

    async def play_to_end(self, media: Sequence[str]) -> None:
        """Play sounds, instead of what plays now, and let nothing interrupt them; keys are thrown away."""
        await self.fall_silent()
        await self.play(media)
        deadline = now() + self.patience.prompt
        while self.playing and not self._deaf and await self.next(deadline):
            pass

    async def fall_silent(self) -> None:
        """Stop what is playing."""
        playing, self.playing = self.playing, None
        if playing is not None:
            with suppress(NotFound):  # it has ended by itself
                await self._asterisk.stop_playback(playing)

    async def give_back(self, app: str, args: Sequence[str]) -> None:
        """Wait until the keys are quiet, then move the caller; `CallerGone` if they are not there (any more).

        A caller who goes on keying, or may do so unheard, is not handed over, and one whom nobody takes is not left
        in silence: the call is ended.
        """
        if self._ours and not await self._quiet():
            await self._asterisk.hang_up(self._channel.id)
            raise CallerGone
        await self.fall_silent()  # Asterisk moves a channel only when it has stopped playing
        try:
            await self._asterisk.move(self._channel.id, app, args)
        except NotFound:
            raise CallerGone from None
        if self._ours and not await self._left():
            await self._asterisk.hang_up(self._channel.id)
            raise CallerGone

    async def _quiet(self) -> bool:
        """Whether no key has come for long enough, as far as anybody can hear."""
        latest = now() + self.patience.quiet_at_most
        while now() < latest:
            quiet = self._last_key + self.patience.quiet
            if not self._deaf and quiet <= now():
                return True
            with suppress(LineNotAlone):  # what is keyed now is heard elsewhere too: all the more reason to wait
                await self.next(latest if self._deaf else min(latest, quiet))
        return False

    async def _left(self) -> bool:
        deadline = now() + self.patience.taken
        try:
            while event := await self.next(deadline):
                if isinstance(event, ApplicationMoveFailed):
                    break
        except CallerGone:
            return True  # by the move, which ends our part as a hang-up would
        # the event may be late or lost: never end a call that others have by now
        return self._channel.id not in (await self._asterisk.application(self._app)).channel_ids

    async def _make_alone(self) -> None:
        """Take the channel's events away from every other application, then ask Asterisk who is left."""
        for _ in range(_ROUNDS):
            others = [app for app in await self._asterisk.applications() if app.name != self._app]
            if any(hears_more_than_channels(app, self._channel.name) for app in others):
                raise LineNotAlone  # not ours to take away: it was made for other channels as well
            listeners = [app for app in others if self._channel.id in app.channel_ids]
            if not listeners:
                break
            for app in listeners:
                with suppress(AriRefused):  # then it is among the listeners of the next round
                    await self._asterisk.unsubscribe(app.name, f"channel:{self._channel.id}")
        else:
            raise LineNotAlone
        snoop = f"Snoop/{self._channel.id}-"
        if await self._bridges() or any(
            channel.name.startswith(snoop) for channel in await self._asterisk.channels()
        ):
            raise LineNotAlone

    async def _bridges(self) -> list[str]:
        return [bridge.id for bridge in await self._asterisk.bridges() if self._channel.id in bridge.channel_ids]


def hears_more_than_channels(app: Application, channel_name: str) -> bool:
    """Whether an application gets the keys of a channel such as `PJSIP/trunk-0000002a` without naming that channel.

    The subscription to an endpoint (`PJSIP/trunk`), or to all of a technology (`PJSIP`), brings every key of every
    call over it: measured with Asterisk 22.10.
    """
    endpoint = {channel_name.rpartition("-")[0], channel_name.partition("/")[0]}
    return not (_EVERYTHING | endpoint).isdisjoint((*app.channel_ids, *app.endpoint_ids))


def now() -> float:
    """The event loop's clock, in seconds."""
    return asyncio.get_running_loop().time()
