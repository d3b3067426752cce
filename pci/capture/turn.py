"""One question and the digits that the caller says to it, or keys: the first key makes it a keyed answer."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from asterisk_ari import ChannelDtmfReceived, Gap, PlaybackFinished, PlaybackStarted
from pci.capture.choice import Passes
from pci.capture.dictation import Dictation
from pci.capture.keypad import KEYS, Ending, Keypad
from pci.capture.line import Line, now
from pci.capture.voice import Voice
from speech import Heard
from speech.digits import Command, SpokenDigits

Readings = Sequence[SpokenDigits]
Say = Callable[[tuple[str, ...]], Awaitable[None]]
OnDigit = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks with whom. `first` and `between` are the seconds of silence that end an answer, as on the keypad.

    With `person`, the caller may ask for one.
    """

    line: Line
    keypad: Keypad
    say: Say
    first: float
    between: float
    person: bool


class Turn:
    """Asks once. `whole` says which digits need not be waited for to become more."""

    def __init__(self, talk: Talk, voice: Voice, on_digit: OnDigit, whole: Passes) -> None:
        self._talk = talk
        self._voice = voice
        self._on_digit = on_digit
        self._whole = whole
        self._dictation = Dictation()
        self._deadline = self._latest = math.inf
        self._last = False
        """Whether the stretch that is open is the last one."""

    async def take(self, prompts: tuple[str, ...], *, ahead: bool) -> Readings | Ending:
        """The ways in which what was said may be understood, or how the turn ended without.

        The digits so far are in the keypad, for who shows how many there are. Without `ahead`, keys that were pressed
        before the prompt began do not count.
        """
        talk = self._talk
        talk.keypad.wipe()
        await talk.say(prompts)
        prompt, listening = talk.line.playing, ahead
        self._deadline = now() + talk.line.patience.prompt
        while event := await self._voice.next(min(self._deadline, self._latest)):
            match event:
                case PlaybackStarted() if event.playback.id == prompt:
                    listening = True
                case PlaybackFinished() if event.playback.id == prompt and not talk.keypad.count:
                    listening = True
                    self._begin_to_wait()
                case Gap():
                    self._voice.give_way()
                    return await talk.keypad.disturbed(event)
                case ChannelDtmfReceived(digit="#") if listening and self._dictation.speaking:
                    self._last, self._latest = True, now() + talk.line.patience.ended
                case ChannelDtmfReceived(digit=key) if listening and key in KEYS:
                    await talk.line.fall_silent()
                    return await self._keyed(key)
                case Heard():
                    if ending := await self._hear(event):
                        return ending
                    if self._last and event.final:
                        break
        return self._over()

    async def _hear(self, heard: Heard) -> Ending | None:
        talk = self._talk
        command = self._dictation.hear(heard, over_prompt=talk.line.playing is not None)
        digits = self._dictation.digits
        if command is Command.AGENT and talk.person:
            return Ending.PERSON_WANTED
        if command is Command.REPEAT or (command is Command.START_AGAIN and not digits):
            await talk.line.fall_silent()
            return Ending.RESTARTED
        if digits:
            if talk.line.playing is not None:
                await talk.line.fall_silent()
                self._begin_to_wait()
            if talk.keypad.put(digits):
                await self._on_digit()
            if self._latest == math.inf:
                self._latest = now() + talk.line.patience.said
            whole = self._whole(digits)
            if not (whole and self._dictation.left_out):  # noise after all digits keeps nobody waiting
                self._deadline = now() + (talk.line.patience.settled if whole and heard.final else talk.between)
        return None

    def _begin_to_wait(self) -> None:
        self._deadline = now() + self._talk.first

    async def _keyed(self, key: str) -> Readings | Ending:
        keypad, said = self._talk.keypad, bool(self._dictation.digits)
        if key == "#":
            return self._over()
        self._voice.give_way()
        keypad.wipe()
        if key == "*":
            return Ending.RESTARTED if said else Ending.CANCELLED
        return await keypad.go_on(key, self._on_digit)

    def _over(self) -> Readings | Ending:
        if self._talk.keypad.left:
            return Ending.LEFT
        if self._dictation.speaking:
            return Ending.NOT_UNDERSTOOD  # what is left out of an answer makes another one of it
        if readings := [one for one in self._dictation.readings() if one.digits]:
            return readings
        return Ending.NOT_UNDERSTOOD if self._dictation.noise else Ending.SILENT
