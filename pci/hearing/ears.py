"""Callers who are heard: at most one hearing for each, which a capture ends before it begins.

async with ears.hear(app, channel_id, Grammar(frozenset({"yes", "no"}))) as hearing:
    while (heard := await hearing.next()) is not None:
        ...
hearing.end              # why there is no more
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from asterisk_ari import (
    AriApp,
    ChannelDestroyed,
    ChannelEnteredBridge,
    Event,
    Gap,
    RecordingStarted,
    StasisEnd,
    StreamEnded,
    Watch,
)
from pci.contract import HearingEnd
from pci.hearing.ear import Ear, NoEar, attach, detach
from pci.hearing.port import SoundLost, SoundPort, TooSlow
from pci.log import log
from speech import Grammar, Heard, Listener, ModelMissing, Recogniser

_REMEMBERED_SECONDS: Final = 30.0  # longer than anybody looks around
_BETWEEN_TRIES: Final = 2.0  # seconds, while Asterisk is away


class AlreadyHeard(Exception):
    """This caller is heard already, for something else."""


class Hearing:
    """What one caller says, for one reader."""

    def __init__(self, channel_id: str, ear: Ear) -> None:
        self.channel_id: Final = channel_id
        self.ear: Final = ear
        self.end: HearingEnd | None = None
        """Why nothing more will come."""
        self._heard: deque[Heard] = deque()
        self._news = asyncio.Event()

    async def next(self) -> Heard | None:
        """What is heard next; None once the hearing has ended. May be cancelled and called again."""
        while not self._heard and self.end is None:
            self._news.clear()
            await self._news.wait()
        return self._heard.popleft() if self._heard else None

    def tell(self, heard: Heard) -> None:
        """For who listens: one more. What somebody was heard to say so far gives way to what is known by now."""
        if self._heard and not self._heard[-1].final:
            self._heard.pop()
        self._heard.append(heard)
        self._news.set()

    def stop(self, why: HearingEnd) -> None:
        """End it; the first reason counts."""
        self.end = self.end or why
        self._news.set()

    def forget(self) -> None:
        """Drop what nobody has read."""
        self._heard.clear()


@dataclass(frozen=True, slots=True)
class _Held:
    """A hearing, and the lock under which its ear is made and taken away."""

    hearing: Hearing
    app: AriApp
    lock: asyncio.Lock


class Ears:
    """Hears callers with a recogniser; without one, nobody."""

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self._recogniser = recogniser
        self._held: dict[str, _Held] = {}
        self._gone: deque[tuple[float, str, Ear]] = deque()
        self._left: asyncio.Queue[_Held] = asyncio.Queue()

    def known(self, words: Iterable[str], language: str) -> frozenset[str]:
        """Those of the words that can be heard in a language; `ModelMissing` if nothing is heard in it."""
        if self._recogniser is None:
            raise ModelMissing
        return self._recogniser.known(words, language)

    def on(self, channel_id: str, since: float) -> frozenset[Ear]:
        """Our own ears on a caller now or at some time since then, by the loop's clock."""
        held = self._held.get(channel_id)
        past = {ear for until, heard, ear in self._gone if heard == channel_id and until >= since}
        return frozenset(past | ({held.hearing.ear} if held else set()))

    @asynccontextmanager
    async def hear(self, app: AriApp, channel_id: str, grammar: Grammar) -> AsyncIterator[Hearing]:
        """Hear a caller until the block ends; nothing that they say from its beginning on is missed.

        `AlreadyHeard`; `NoEar` if the caller is gone or cannot be heard; a `speech.SpeechError`.
        """
        if channel_id in self._held:
            raise AlreadyHeard
        if self._recogniser is None:
            raise ModelMissing
        listener = self._recogniser.listen(grammar)
        held = self._held[channel_id] = _Held(Hearing(channel_id, Ear.of(app.name)), app, asyncio.Lock())
        hearing = held.hearing
        try:
            async with SoundPort.open() as port:
                with app.watch(hearing.ear.snoop) as heard, app.watch(hearing.ear.media) as sent:
                    await _attach(held, port, (heard, sent))
                    async with asyncio.TaskGroup() as tasks:
                        work = [
                            tasks.create_task(_listen(hearing, port, listener)),
                            tasks.create_task(_look_after(hearing, heard, HearingEnd.CALLER_GONE)),
                            tasks.create_task(_look_after(hearing, sent, HearingEnd.SOUND_LOST)),
                        ]
                        try:
                            yield hearing
                        finally:
                            for task in work:
                                task.cancel()
        except OSError as error:  # there is no port for it; what goes wrong in the block comes in a group
            log.warning("caller_not_heard", channel_id=channel_id, error=type(error).__name__)
            raise NoEar from None
        finally:
            hearing.stop(HearingEnd.STOPPED)
            hearing.forget()
            listener.close()
            await self._let_go(held)

    async def silence(self, channel_id: str) -> None:
        """A capture of this caller begins: return when nobody hears them any more."""
        if held := self._held.get(channel_id):
            held.hearing.stop(HearingEnd.CAPTURE)
            held.hearing.forget()
            await self._let_go(held)

    def close(self) -> None:
        """End every hearing: the process is about to end."""
        for held in self._held.values():
            held.hearing.stop(HearingEnd.STOPPED)

    async def take_away_what_is_left(self) -> None:
        """For as long as the process runs: ears that Asterisk did not take away when it was told, until it does."""
        while True:
            held = await self._left.get()
            while not held.app.connected:  # noqa: ASYNC110 - to look is all there is
                await asyncio.sleep(_BETWEEN_TRIES)
            if not await detach(held.app.asterisk, held.hearing.ear):
                self._left.put_nowait(held)  # behind the others, which may go
                await asyncio.sleep(_BETWEEN_TRIES)

    async def _let_go(self, held: _Held) -> None:
        channel_id, gone = held.hearing.channel_id, False
        async with held.lock:
            if self._held.get(channel_id) is not held:
                return
            try:
                gone = await detach(held.app.asterisk, held.hearing.ear)
            except asyncio.CancelledError:
                gone = await detach(held.app.asterisk, held.hearing.ear)  # no half of an ear stays on a caller
                raise
            finally:
                if not gone:
                    self._left.put_nowait(held)
                now = asyncio.get_running_loop().time()
                self._gone.append((now, channel_id, held.hearing.ear))
                del self._held[channel_id]
                while self._gone[0][0] < now - _REMEMBERED_SECONDS:
                    self._gone.popleft()


async def _attach(held: _Held, port: SoundPort, watches: tuple[Watch, Watch]) -> None:
    hearing = held.hearing
    async with held.lock:
        if hearing.end is not None:
            raise NoEar
        media = await attach(held.app, hearing.ear, hearing.channel_id, port.address, watches)
        port.expect(media.host, media.port)


async def _listen(hearing: Hearing, port: SoundPort, listener: Listener) -> None:
    """Until it is over. What goes wrong with the recogniser is an end like any other: nothing of it may be told."""
    try:
        while hearing.end is None:
            for heard in await listener.feed(await port.read()):
                if hearing.end is None:
                    hearing.tell(heard)
    except TooSlow:
        hearing.stop(HearingEnd.TOO_SLOW)
    except SoundLost:
        hearing.stop(HearingEnd.SOUND_LOST)
    except Exception as error:  # noqa: BLE001 - it may hold what was said
        log.error("hearing_failed", error=type(error).__name__)
        hearing.stop(HearingEnd.SOUND_LOST)


async def _look_after(hearing: Hearing, watch: Watch, gone: HearingEnd) -> None:
    """One of the ear's channels: its end is that of the hearing, and so is anybody else who comes near."""
    try:
        while (why := _judged(await watch.next(), hearing.ear, gone)) is None:
            pass
    except StreamEnded:
        why = gone
    hearing.stop(why)


def _judged(event: Event | Gap, ear: Ear, gone: HearingEnd) -> HearingEnd | None:
    match event:
        case StasisEnd() | ChannelDestroyed():
            return gone
        case RecordingStarted():
            return HearingEnd.OVERHEARD
        case ChannelEnteredBridge() if event.bridge_id != ear.bridge:
            return HearingEnd.OVERHEARD
    return None
