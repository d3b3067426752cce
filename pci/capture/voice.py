"""What one caller says and keys, in one order, for as long as a question is open."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from asterisk_ari import Event, Gap
from pci.capture.keypad import Keypad
from pci.capture.line import Line
from pci.hearing.ear import NoEar
from pci.hearing.ears import AlreadyHeard
from pci.log import log
from speech import Heard, SpeechError


class Words(Protocol):
    """What one caller says."""

    async def next(self) -> Heard | None:
        """What is heard next; None once nothing is heard any more."""


Hear = Callable[[], AbstractAsyncContextManager[Words]]


class NotHeard(Exception):
    """This caller cannot be heard now."""


class Voice:
    """Hands on what is heard and what happens on the line."""

    def __init__(self, line: Line, keypad: Keypad) -> None:
        self._line = line
        self._keypad = keypad
        self._heard: deque[Heard | Gap] = deque()
        self._keyed = False

    async def next(self, deadline: float) -> Event | Gap | Heard | None:
        """The next word, or what `Keypad.next` gives; a `Gap` when nothing more is heard."""
        while not self._heard:
            event = await self._keypad.next(deadline)
            if event is not None or not self._heard:
                return event
        return self._heard.popleft()

    async def listen(self, words: Words) -> None:
        """For `hearing`: until there is no more to be heard."""
        while (heard := await words.next()) is not None:
            self._put(heard)
        self._put(Gap(over=True))

    def give_way(self) -> None:
        """The caller keys from now on: what they say counts no more, and wakes nobody who waits."""
        self._keyed = True
        self.forget()

    def forget(self) -> None:
        """Drop what nobody has read."""
        self._heard.clear()

    def _put(self, heard: Heard | Gap) -> None:
        if self._keyed:
            return
        self._heard.append(heard)
        self._line.wake()


@asynccontextmanager
async def hearing(line: Line, keypad: Keypad, hear: Hear) -> AsyncIterator[Voice]:
    """Hear the caller until the block ends. `NotHeard` if that is not possible now."""
    voice = Voice(line, keypad)
    try:
        async with hear() as words, asyncio.TaskGroup() as tasks:
            listener = tasks.create_task(voice.listen(words))
            try:
                yield voice
            finally:
                listener.cancel()
    except (AlreadyHeard, NoEar, SpeechError) as reason:
        log.warning("caller_not_heard", error=type(reason).__name__)
        raise NotHeard from None
    except BaseExceptionGroup as group:
        raise _innermost(group) from None
    finally:
        voice.forget()


def _innermost(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _innermost(first) if isinstance(first, BaseExceptionGroup) else first
