"""Reads one field from the caller's keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, auto
from typing import Final

from asterisk_ari import ChannelDtmfReceived, Event, Gap, PlaybackFinished, PlaybackStarted
from pci.capture.line import Line, LineLost, now
from pci.card import brand_of
from pci.contract import Brand
from pci.secret import wipe

MOST_KEYS: Final = 32  # far more than any field has: what goes beyond cannot make an entry right
_PREFIX: Final = 6  # of a card number, no secret (PCI DSS 3.4.1)


class Ending(Enum):
    """How the reading of a field ended."""

    ENTERED = auto()  # by `#`, or by silence after a key
    SILENT = auto()  # no key came
    RESTARTED = auto()  # `*` after a digit
    CANCELLED = auto()  # `*` at once
    DISTURBED = auto()  # keys may have been lost
    LEFT = auto()  # something else comes first


class Keypad:
    """Collects digits in one buffer that never moves; `take` empties it, `wipe` zeroes it.

    `first_digit` and `inter_digit` are the seconds of silence that end an entry before and after the first digit.
    `leaves` says, for so many keys, whether the field is left for another; `look_up` has it asked at once.
    """

    def __init__(
        self,
        line: Line,
        *,
        first_digit: float,
        inter_digit: float,
        leaves: Callable[[int], bool] = lambda _: False,
    ) -> None:
        self._line = line
        self._leaves = leaves
        self._first_digit = first_digit
        self._inter_digit = inter_digit
        self._keys = bytearray(MOST_KEYS)
        self._waiting = False
        self.count = 0

    @property
    def brand(self) -> Brand | None:
        """The brand of the card whose number is being keyed, once it shows."""
        return brand_of(self._keys[: min(self.count, _PREFIX)])

    async def read(
        self, media: Sequence[str], on_digit: Callable[[], Awaitable[None]], *, typed_ahead: bool
    ) -> Ending:
        """Play the prompt, which the first key stops, and read until the field ends.

        Without `typed_ahead`, keys that were pressed before the prompt began do not count: they did not answer it.
        """
        self.wipe()
        await self._line.play(media)
        prompt = self._line.playing
        deadline = now() + self._line.patience.prompt
        listening = typed_ahead
        while event := await self._next(deadline):
            match event:
                case PlaybackStarted() if event.playback.id == prompt:
                    listening = True
                case PlaybackFinished() if event.playback.id == prompt and not self.count:
                    listening, deadline = True, now() + self._first_digit
                case Gap():
                    return await self._disturbed(event)
                case ChannelDtmfReceived(digit=key) if listening and key in "0123456789*#":
                    await self._line.fall_silent()
                    if not key.isdigit():
                        return self._ended_by(key)
                    self._add(key)
                    await on_digit()
                    deadline = now() + self._inter_digit
        if self._leaves(self.count):
            await self._line.fall_silent()
            self.wipe()
            return Ending.LEFT
        return Ending.ENTERED if self.count else Ending.SILENT

    def look_up(self) -> None:
        """Leave the field now, if it is to be left and a key is awaited."""
        if self._waiting and self._leaves(self.count):
            self._line.wake()

    async def _next(self, deadline: float) -> Event | Gap | None:
        if self._leaves(self.count):
            return None
        self._waiting = True
        try:
            return await self._line.next(deadline)
        finally:
            self._waiting = False

    def take(self) -> bytearray:
        """The digits of the field, in a buffer that is the caller's to wipe; none stay here."""
        digits = self._keys[: self.count]
        self.wipe()
        return digits

    def wipe(self) -> None:
        """Zero what was keyed."""
        wipe(self._keys)
        self.count = 0

    def _add(self, key: str) -> None:
        if self.count < MOST_KEYS:
            self._keys[self.count] = ord(key)
            self.count += 1

    def _ended_by(self, key: str) -> Ending:
        if key == "#":
            return Ending.ENTERED
        return Ending.RESTARTED if self.count else Ending.CANCELLED

    async def _disturbed(self, gap: Gap) -> Ending:
        """A lost digit must never make another card: throw all away, and wait until keys can be heard again."""
        self.wipe()
        deadline = now() + self._line.patience.gap
        while not gap.over:
            event = await self._line.next(deadline)
            if event is None:
                raise LineLost
            gap = event if isinstance(event, Gap) else gap
        return Ending.DISTURBED
