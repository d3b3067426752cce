"""The caller's line: sounds go out on it, keys come in, in order, and a disturbance is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog

from asterisk_ari import (
    AriError,
    Asterisk,
    ChannelDtmfReceived,
    Gap,
    NotAllowed,
    NotFound,
    NotInApplication,
    Playback,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
)
from ivr.calls.keys import Heard, Interrupted, read_keys
from ivr.flow.call import CallerHungUp
from ivr.flow.keys import Keys

_log = structlog.get_logger()
_DISTURBANCES = 3
_LOOK_SECONDS = 0.25
_ELSEWHERE_SECONDS = 30.0
_LOST_AFTER_SECONDS = 5.0


class Line:
    """One channel of Asterisk. Every method raises CallerHungUp when the channel is gone."""

    def __init__(self, asterisk: Asterisk, channel_id: str) -> None:
        self.channel_id = channel_id
        self.asterisk = asterisk
        self.ended = False
        """Whether we hung up."""
        self.left = False
        """Whether we let go of it without ending it: see `leave`."""
        self.returned = asyncio.Event()
        """Set when the caller comes back from the card side."""
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._deaf = self._may_leave = False
        self._away = False
        self._playing: str | None = None

    # what the session tells of the channel

    def hear(self, event: Heard) -> None:
        """A key, the end of a sound or a gap; called in the order of events."""
        if isinstance(event, PlaybackFinished) and event.playback.id == self._playing:
            self._playing = None
        if not self._deaf:
            self._heard.put_nowait(event)

    def moved(self, event: StasisStart | StasisEnd) -> None:
        """The channel left our application, or is in it again. Leaving is a hang-up unless the card side takes it."""
        if isinstance(event, StasisEnd):
            if not self._may_leave:
                self.gone()
            self.returned.clear()
        elif self._may_leave:
            self.returned.set()
            self._may_leave = self._away

    def gone(self) -> None:
        """Nobody is on the line any more: CallerHungUp, unless it was us who hung up."""
        if not self.ended:
            raise CallerHungUp

    # what a call does with its line

    @property
    def is_away(self) -> bool:
        """Whether the card side may have the caller now."""
        return self._may_leave

    @contextmanager
    def away(self) -> Iterator[None]:
        """For as long as the caller is with the card side: no key is noted, whoever might send one here.

        A caller whose leaving was not seen by the end may still be leaving; that then is no hang-up either.
        """
        was_deaf = self._deaf
        self._deaf = self._may_leave = self._away = True
        self.returned.clear()
        self._forget_keys()
        try:
            yield
        finally:
            self._deaf, self._away = was_deaf, False
            self._may_leave = not self.returned.is_set()

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """While the caller talks to a person: what they key then, a card perhaps, is no answer to anything."""
        before, self._deaf = self._deaf, True
        try:
            yield
        finally:
            self._deaf = before
            self._forget_keys()

    def stayed(self) -> None:
        """The card side refused the caller, who is as surely on this line as before."""
        self._may_leave = False

    async def answer(self) -> None:
        """Pick up."""
        with _hang_up_noticed():
            await self.asterisk.answer(self.channel_id)

    async def ring(self) -> None:
        """Let the caller hear that a phone rings somewhere."""
        with _hang_up_noticed():
            await self.asterisk.ring(self.channel_id)

    async def stop_ringing(self) -> None:
        """The end of it."""
        with _hang_up_noticed():
            await self.asterisk.stop_ringing(self.channel_id)

    async def hang_up(self, reason: str = "normal") -> None:
        """End the call; fine if it has ended already, or if the card side has the caller and will end it."""
        self.ended = True
        try:
            await self.asterisk.hang_up(self.channel_id, reason=reason)
        except (NotFound, NotAllowed):
            pass
        except AriError:
            self.ended = False
            raise

    def leave(self) -> None:
        """Let go of a call that goes on without this process."""
        self.ended = self.left = True

    async def start(self, media: Sequence[str], playback_id: str = "") -> str:
        """Begin to play `media`; the id of the playback, which may be given."""
        playback = self._playing = playback_id or self.asterisk.new_id()
        with _hang_up_noticed():
            await self.asterisk.play(self.channel_id, media, playback_id=playback)
        return playback

    async def hush(self) -> None:
        """Stop what plays, if anything does."""
        await self._silence(self._playing)

    async def say(self, media: Sequence[str]) -> None:
        """Play `media` to the end; once more from the start after a disturbance."""
        for _ in range(_DISTURBANCES):
            playback = await self.start(media)
            try:
                return await self.end_of(playback)
            except Interrupted as gap:
                await self.undisturbed(gap)
                await self._silence(playback)

    async def say_elsewhere(self, media: Sequence[str]) -> None:
        """Play `media` to a caller who may be in another application, where the end of a sound is not told to us.

        To be told we would have to subscribe to the channel, and then its keys would come here too: so we look.
        """
        playback = await self.start(media)
        with suppress(NotFound, TimeoutError):
            async with asyncio.timeout(_ELSEWHERE_SECONDS):
                while True:
                    await asyncio.sleep(_LOOK_SECONDS)
                    await self.asterisk.playback(playback)
        self._playing = None

    async def ask(self, media: Sequence[str], again: Callable[[], Sequence[str]], keys: Keys) -> str:
        """Play `media`, give the keys; after a disturbance they are thrown away and what `again` gives is played.

        A key that was pressed before the question is not an answer to it.
        """
        self._forget_keys()
        for _ in range(_DISTURBANCES):
            playback = await self.start(media) if media else None
            try:
                return await read_keys(self._heard, keys, playback, self._silence)
            except Interrupted as gap:
                await self.undisturbed(gap)
                await self._silence(playback)
                media = again()
        return ""

    async def _silence(self, playback: str | None) -> None:
        if playback:
            with suppress(NotFound):  # it ended by itself meanwhile
                await self.asterisk.stop_playback(playback)

    async def end_of(self, playback: str, pressed: Callable[[str], None] = lambda _: None) -> None:
        """Wait until it has been heard to its end, and tell `pressed` of keys; Interrupted if it cannot be known."""
        while True:
            event = await self._heard.get()
            if isinstance(event, ChannelDtmfReceived):
                pressed(event.digit)
            if isinstance(event, Gap):
                raise Interrupted(over=event.over)
            if isinstance(event, PlaybackFinished) and event.playback.id == playback:
                if event.playback.state == "failed":
                    _log.error("playback_failed")
                return

    async def miss_no_end(self) -> None:
        """For as long as the call lasts: a sound that Asterisk has no more, and did not say the end of, is over.

        Nobody is to wait in silence for what will never be told.
        """
        while True:
            playing = self._playing
            await asyncio.sleep(_LOST_AFTER_SECONDS)
            if playing and playing == self._playing and not self._may_leave and await self._has_lost(playing):
                _log.warning("sound_lost")
                self.hear(PlaybackFinished(Playback(playing, f"channel:{self.channel_id}", "failed")))

    async def _has_lost(self, playback: str) -> bool:
        try:
            await self.asterisk.playback(playback)
        except NotFound:
            await asyncio.sleep(_LOOK_SECONDS)  # its end may be on the way
            return self._playing == playback
        except AriError:  # the connection: that it is back will be told
            pass
        return False

    async def undisturbed(self, gap: Interrupted) -> None:
        """Wait until events flow again; whether the caller is still there comes with them."""
        _log.warning("line_disturbed")
        over = gap.over
        while not over:
            event = await self._heard.get()
            over = isinstance(event, Gap) and event.over
        self._forget_keys()

    def _forget_keys(self) -> None:
        while not self._heard.empty():
            self._heard.get_nowait()


@contextmanager
def _hang_up_noticed() -> Iterator[None]:
    try:
        yield
    except (NotFound, NotInApplication):
        raise CallerHungUp from None
