"""A field that is said: what was heard is chosen from, asked again where it is doubtful, and read back if it must be.

A card number counts only when the caller has agreed to its last four digits. What was heard is nowhere but here and
in the recogniser, and not after the attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from traceback import clear_frames

from pci.capture.choice import (
    GROUP,
    UNCHECKED,
    Choice,
    Doubtful,
    Margin,
    Nothing,
    Passes,
    Taken,
    choose,
    with_group,
)
from pci.capture.confirming import Confirmation
from pci.capture.keypad import Ending
from pci.capture.turn import OnDigit, Readings, Talk, Turn
from pci.capture.voice import Hear, Voice, hearing


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a field is said: what `passes` once it is `written` as it would be keyed, and what is `whole` then.

    What passes and is not `usual`, or is sure by less than `margin`, is asked again. `read_back` are the prompts that
    put an answer to the caller, if it has to be; `groups` those that ask for one group of four again.
    """

    passes: Passes
    whole: Passes
    written: Callable[[Readings], Readings] = lambda readings: readings
    usual: Passes = lambda _: True
    margin: Margin = UNCHECKED
    read_back: Callable[[str], tuple[str, ...]] = lambda _: ()
    groups: tuple[tuple[str, ...], ...] = ()


class SpokenField:
    """Asks for a field, by voice or by keys."""

    def __init__(self, talk: Talk, hear: Hear, spoken: Spoken) -> None:
        self._talk = talk
        self._hear = hear
        self._spoken = spoken
        self.given_up = False
        """Whether the field is to be keyed from now on: a key was pressed, or the caller was not heard any more."""

    async def read(self, prompts: tuple[str, ...], on_digit: OnDigit, *, ahead: bool) -> Ending:
        """Ask, and read until the field ends: its digits are in the keypad then. `NotHeard` before it is asked.

        Without `ahead`, keys that were pressed before the prompt began do not count.
        """
        try:
            ending = await self._read(prompts, on_digit, ahead=ahead)
        except BaseException as error:
            _forget(error)
            raise
        keypad = self._talk.keypad
        self.given_up = ending is Ending.DISTURBED or (bool(keypad.count) and not keypad.said)
        return ending

    async def _read(self, prompts: tuple[str, ...], on_digit: OnDigit, *, ahead: bool) -> Ending:
        async with hearing(self._talk.line, self._talk.keypad, self._hear) as voice:
            turn = Turn(self._talk, voice, on_digit, self._spoken.whole)
            heard = await turn.take(prompts, ahead=ahead)
            if isinstance(heard, Ending):
                return heard
            choice = self._chosen(self._spoken.written(heard))
            if isinstance(choice, Doubtful) and choice.group is not None and self._spoken.groups:
                again = await self._group_again(voice, choice, on_digit)
                if isinstance(again, Ending):
                    return again
                choice = again
            return await self._settle(voice, choice, on_digit)

    async def _group_again(self, voice: Voice, number: Doubtful, on_digit: OnDigit) -> Choice | Ending:
        """What the number is with its doubtful group as it is said now."""
        turn = Turn(self._talk, voice, on_digit, lambda digits: len(digits) == GROUP)
        heard = await turn.take(self._spoken.groups[number.group or 0], ahead=False)
        if isinstance(heard, Ending):
            return heard
        return self._chosen(with_group(number, heard))

    def _chosen(self, readings: Readings) -> Choice:
        return choose(readings, self._spoken.passes, self._spoken.margin, self._spoken.usual)

    async def _settle(self, voice: Voice, choice: Choice, on_digit: OnDigit) -> Ending:
        """Put the answer into the keypad; one that does not pass is judged as if it had been keyed."""
        match choice:
            case Taken():
                self._talk.keypad.put(choice.digits)
                prompts = self._spoken.read_back(choice.digits)
                return await Confirmation(self._talk, voice, on_digit).get(prompts) if prompts else Ending.ENTERED
            case Doubtful():
                return Ending.NOT_UNDERSTOOD
            case Nothing():
                self._talk.keypad.put(choice.digits)
                return Ending.ENTERED


def _forget(error: BaseException | None) -> None:
    """Empty the functions that an error came out of: what was said is in them.

    The errors of a TaskGroup refer to themselves: all that they hold would stay until Python looks for such cycles.
    """
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__context__
