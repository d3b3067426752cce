"""One caller's line: taken away from everybody else, listened to, given back.

Nobody but this process may get the caller's keys, so a line counts as taken only when Asterisk itself says that the
caller is alone (`pci.capture.alone`). A `move` that was accepted proves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from asterisk_ari import (
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
    RecordingStarted,
    StasisEnd,
    StasisStart,
)
from pci.capture.alone import Breach, Kind, LineNotAlone, Surroundings
from pci.capture.recorders import Recorders
from pci.contract import LONGEST_PAUSE
from pci.hearing.ear import Ear

_ROUNDS: Final = 3


class CallerGone(Exception):
    """The caller hung up."""


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
    late: float = 2.0  # for news of a bridge that the caller was taken out of
    prompt: float = 60.0  # the end of a prompt
    gap: float = 30.0  # the connection to Asterisk to come back
    quiet: float = 1.0  # no key before the caller is given back: a late digit must not reach the call side
    quiet_at_most: float = 5.0
    look: float = 1.0  # between two looks at who else is there
    settled: float = 0.8  # for more words after an answer that is whole
    ended: float = 2.0  # for the end of what is being said when # is pressed
    said: float = 45.0  # a field, from the first digit on
    echo: float = 0.4  # our own prompt, which may come back when it has ended
    pause: float = LONGEST_PAUSE  # in which the caller is away


class Line:
    """The line of one caller during one capture. `app` is our own Stasis application.

    `ears` are our own on the caller since a time by the loop's clock.
    """

    def __init__(
        self,
        asterisk: Asterisk,
        events: Watched,
        channel: Channel,
        app: str,
        patience: Patience,
        ears: Callable[[float], Collection[Ear]] = lambda _: (),
    ) -> None:
        self._asterisk = asterisk
        self._events = events
        self._channel = channel
        self._app = app
        self._ears = ears
        self.patience: Final = patience
        self._last_key = now()
        self._ours = self._deaf = False
        self._left: dict[str, float] = {}
        """Bridges that they were taken out of, and until when it may be told late that they had come in."""
        self._wait: asyncio.Timeout | None = None
        self.alone_since: float | None = None
        """Since when the caller has to be alone; None before and after."""
        self.playing: str | None = None
        """The id of the playback that is heard now."""

    async def take(self, capture_id: str, recorded_by: str, recorders: Recorders) -> None:
        """Return when the caller is here and alone; `LineLost`, `LineNotAlone` or `CallerGone` otherwise.

        The recorders of the bridges that the caller is taken out of are those of the application `recorded_by`; who
        has them resumes them once the caller is out of our hands.
        """
        for bridge in await self._asterisk.bridges():
            if self._channel.id in bridge.channel_ids:
                await recorders.pause(f"{recorded_by}-rec-{bridge.id}")
                with suppress(AriRefused):  # then the caller will be seen not to be alone
                    await self._asterisk.remove_channel(bridge.id, self._channel.id)
        await self._asterisk.move(self._channel.id, self._app, (capture_id,))
        deadline = now() + self.patience.taken
        arrived = gap = False
        while not arrived:
            event = await self.next(deadline)
            gap = gap or isinstance(event, Gap)
            if event is None:  # Asterisk took the order, the call lives: somebody plays to the channel, or records it
                raise LineLost if gap else LineNotAlone(Breach(Kind.HELD))
            arrived = isinstance(event, StasisStart) and (event.found or event.args == (capture_id,))
        self._ours = True
        await self.make_alone()

    async def next(self, deadline: float) -> Event | Gap | None:
        """The next event; None once the loop's clock shows `deadline`, or after `wake`."""
        try:
            async with asyncio.timeout_at(deadline) as self._wait:
                event = await self._events.next()
        except TimeoutError:
            return None
        except ChannelGone:
            raise CallerGone from None
        finally:
            self._wait = None
        self._judge(event)
        match event:
            case ChannelDtmfReceived():
                # of a key that is held while a prompt ends, Asterisk plays the length again before it tells of the
                # keys that were pressed meanwhile: measured with 22.10
                self._last_key = max(self._last_key, now() + event.duration_ms / 1000)
                self._deaf = False
            case Gap():
                self._last_key = max(self._last_key, now())
                self._deaf = not event.over
            case PlaybackFinished() if event.playback.id == self.playing:
                self.playing = None
                if event.playback.state == "failed":  # as when Asterisk may not read the sounds
                    raise LineLost
        return event

    @property
    def channel_id(self) -> str:
        """The caller's channel."""
        return self._channel.id

    def wake(self) -> None:
        """Let whoever waits for the next event look around now."""
        if self._wait is not None and not self._wait.expired():
            self._wait.reschedule(now())

    def _judge(self, event: Event | Gap) -> None:
        """Raise what an event means for the line: `CallerGone` or `LineNotAlone`."""
        match event:
            case ChannelHangupRequest() | ChannelDestroyed():
                raise CallerGone
            case StasisEnd() if self._ours:
                raise CallerGone
            case ChannelEnteredBridge() if now() < self._left.pop(event.bridge_id, 0.0):
                pass  # we have taken them out already
            case ChannelEnteredBridge() if self.alone_since is not None:
                raise LineNotAlone(Breach(Kind.BRIDGE, event.bridge_id))
            case RecordingStarted() if self.alone_since is not None:
                raise LineNotAlone(Breach(Kind.RECORDED, event.recording.name))

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

    @property
    def taken(self) -> bool:
        """Whether the caller has come to us."""
        return self._ours

    async def give_back(self, app: str, args: Sequence[str]) -> bool:
        """Wait until the keys are quiet, then move the caller; `CallerGone` if they are not there (any more).

        False if nobody takes them: they are here, and alone, still. A caller who goes on keying, or may do so
        unheard, is not handed over: the call is ended. `LineNotAlone` if somebody listens meanwhile.
        """
        if self._ours and not await self._quiet():
            await self.hang_up()
            raise CallerGone
        await self.fall_silent()  # Asterisk moves a channel only when it has stopped playing
        alone, self.alone_since = self.alone_since, None
        try:
            await self._asterisk.move(self._channel.id, app, args)
        except NotFound:
            raise CallerGone from None
        if not self._ours or await self._has_left():
            return True
        self.alone_since = alone
        return False

    async def hang_up(self) -> None:
        """End the call."""
        self.alone_since = None
        with suppress(NotFound):
            await self._asterisk.hang_up(self._channel.id)

    async def _quiet(self) -> bool:
        """Whether no key has come for long enough, as far as anybody can hear."""
        latest = now() + self.patience.quiet_at_most
        while now() < latest:
            quiet = self._last_key + self.patience.quiet
            if not self._deaf and quiet <= now():
                return True
            await self.next(latest if self._deaf else min(latest, quiet))
        return False

    async def _has_left(self) -> bool:
        deadline = now() + self.patience.taken
        try:
            while event := await self.next(deadline):
                if isinstance(event, ApplicationMoveFailed):
                    break
        except CallerGone:
            return True  # by the move, which ends our part as a hang-up would
        # the event may be late or lost: never end a call that others have by now
        return self._channel.id not in (await self._asterisk.application(self._app)).channel_ids

    async def make_alone(self) -> None:
        """Take the caller away from whoever else has them, until Asterisk says that nobody has; or `LineNotAlone`."""
        self.alone_since = None
        breaches: list[Breach] = []
        for _ in range(_ROUNDS):
            began = now()
            around = await Surroundings.of(self._asterisk)
            breaches = around.breaches(self._channel, self._app, self._ears(began))
            if not breaches:
                self.alone_since = now()
                return
            for breach in breaches:
                if not breach.curable:
                    raise LineNotAlone(breach)  # not ours to take away: it was made for other channels as well
                with suppress(AriRefused):  # then it is there in the next round
                    await self._cure(breach)
        raise LineNotAlone(breaches[0])

    async def _cure(self, breach: Breach) -> None:
        if breach.kind is Kind.BRIDGE:
            await self._asterisk.remove_channel(breach.by, self._channel.id)
            self._left[breach.by] = now() + self.patience.late
        else:
            await self._asterisk.unsubscribe(breach.by, f"channel:{self._channel.id}")


def now() -> float:
    """The event loop's clock, in seconds."""
    return asyncio.get_running_loop().time()
