"""What a caller hears while they wait for somebody: how long it may take, then a soft sound, and so on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog

from asterisk_ari import AriError
from ivr.calls.keys import Interrupted
from ivr.calls.line import Line

_log = structlog.get_logger()
_BREATH_SECONDS: Final = 1.0


def tone_ids(line: Line) -> tuple[str, str]:
    """What the sounds are called that somebody hears who may have to be found hearing them, in turns."""
    return f"{line.channel_id}-tone-1", f"{line.channel_id}-tone-2"


async def fall_silent(line: Line) -> None:
    """Stop what an earlier process began: as long as a channel plays, it is brought to nobody."""
    for playback in tone_ids(line):
        with suppress(AriError):  # nothing plays
            await line.asterisk.stop_playback(playback)


class Hold:
    """Entertains one caller, by `run` in a task of the call; it falls silent when somebody has time for them.

    `pieces` gives what to play next each time that the last one has ended; `pressed` is told of keys meanwhile.
    `called` gives the id of the next sound, if it has to have a known one.
    """

    def __init__(
        self,
        line: Line,
        pieces: Callable[[], Sequence[str]],
        pressed: Callable[[str], None] = lambda _: None,
        called: Callable[[], str] = lambda: "",
    ) -> None:
        self._called = called
        self._line = line
        self._pieces = pieces
        self._pressed = pressed
        self._wanted = asyncio.Event()
        self._silent = asyncio.Event()
        self._playing = ""

    async def run(self) -> None:
        """Play whenever it is wanted, until cancelled; CallerHungUp if nobody is there to hear it."""
        try:
            while True:
                self._silent.set()
                await self._wanted.wait()
                self._silent.clear()
                await self._play()
        finally:
            self._silent.set()

    def begin(self) -> None:
        """Let the caller hear something."""
        self._wanted.set()

    async def end(self) -> None:
        """Fall silent; return when it is."""
        self._wanted.clear()
        if not self._silent.is_set():
            await self._stop()
            await self._silent.wait()

    async def stop(self) -> None:
        """Fall silent for good, once `run` was cancelled; also if nobody is there any more."""
        self._wanted.clear()
        await self._stop()

    async def _play(self) -> None:
        try:
            self._playing = await self._line.start(self._pieces(), self._called())
            if not self._wanted.is_set():
                await self._stop()
            await self._line.end_of(self._playing, self._pressed)
        except Interrupted as gap:
            await self._line.undisturbed(gap)
            await self._stop()
        except AriError as error:
            _log.warning("hold_interrupted", reason=type(error).__name__)
            await asyncio.sleep(_BREATH_SECONDS)

    async def _stop(self) -> None:
        if self._playing:
            with suppress(AriError):  # it ended by itself meanwhile, or with the connection
                await self._line.asterisk.stop_playback(self._playing)
