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
KEYS: Final = "0123456789*#"
_PREFIX: Final = 6  # of a card number, no secret (PCI DSS 3.4.1)


class Ending(Enum):
    """How the reading of a field ended."""

    ENTERED = auto()  # by `#`, or by silence after a key
    SILENT = auto()  # no key came
    RESTARTED = auto()  # `*` after a digit
    CANCELLED = auto()  # `*` at once
    DISTURBED = auto()  # keys may have been lost
    LEFT = auto()  # something else comes first
    NOT_UNDERSTOOD = auto()  # something was said, and it is not known what
    NOT_CONFIRMED = auto()  # no, or no answer, to what was read back
    PERSON_WANTED = auto()  # the caller asked for one


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
        self.said = False
        """Whether what is here, or was taken last, was said and not keyed."""

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
        self.said = False
        await self._line.play(media)
        prompt = self._line.playing
        deadline = now() + self._line.patience.prompt
        return await self._read_on(on_digit, prompt, deadline, listening=typed_ahead)

    async def go_on(self, key: str, on_digit: Callable[[], Awaitable[None]]) -> Ending:
        """Read on after a first digit that somebody else was told, until the field ends."""
        self.said = False
        self._add(key)
        await on_digit()
        return await self._read_on(on_digit, None, now() + self._inter_digit, listening=True)

    async def _read_on(
        self, on_digit: Callable[[], Awaitable[None]], prompt: str | None, deadline: float, *, listening: bool
    ) -> Ending:
        while event := await self.next(deadline):
            match event:
                case PlaybackStarted() if event.playback.id == prompt:
                    listening = True
                case PlaybackFinished() if event.playback.id == prompt and not self.count:
                    listening, deadline = True, now() + self._first_digit
                case Gap():
                    return await self.disturbed(event)
                case ChannelDtmfReceived(digit=key) if listening and key in KEYS:
                    await self._line.fall_silent()
                    if not key.isdigit():
                        return self._ended_by(key)
                    self._add(key)
                    await on_digit()
                    deadline = now() + self._inter_digit
        if self.left:
            await self._line.fall_silent()
            self.wipe()
            return Ending.LEFT
        return Ending.ENTERED if self.count else Ending.SILENT

    def look_up(self) -> None:
        """Leave the field now, if it is to be left and a key is awaited."""
        if self._waiting and self.left:
            self._line.wake()

    @property
    def left(self) -> bool:
        """Whether something else comes before this field now."""
        return self._leaves(self.count)

    async def next(self, deadline: float) -> Event | Gap | None:
        """As the line's; None also once the field is to be left."""
        if self.left:
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

    def put(self, digits: str) -> bool:
        """Take digits that were said, in place of what is here; whether their number is another one now."""
        before = self.count
        self.wipe()
        self.said = True
        for digit in digits:
            self._add(digit)
        return self.count != before

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

    async def disturbed(self, gap: Gap) -> Ending:
        """A lost digit must never make another card: throw all away, and wait until keys can be heard again."""
        self.wipe()
        deadline = now() + self._line.patience.gap
        while not gap.over:
            event = await self._line.next(deadline)
            if event is None:
                raise LineLost
            gap = event if isinstance(event, Gap) else gap
        return Ending.DISTURBED
