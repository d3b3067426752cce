"""Yes or no to what was read back, said or pressed: 1 is yes, 2 is no. In doubt it is neither.

A caller who keys the number instead has said it in vain: of "4111…" the ones must not be a yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asterisk_ari import ChannelDtmfReceived, Gap, PlaybackFinished
from pci.capture.choice import MARGIN
from pci.capture.keypad import Ending
from pci.capture.line import now
from pci.capture.turn import OnDigit, Talk
from pci.capture.voice import Voice
from speech import Alternative, Heard
from speech.digits import Command, spoken_digits

YES, NO = "yes", "no"
_KEYS: Final = {"1": Ending.ENTERED, "2": Ending.NOT_CONFIRMED, "*": Ending.CANCELLED}
_TIMES: Final = 2  # that it is put to the caller
_MOST_BESIDE_YES: Final = 2  # other words: "yes, that's right", or noise; in a story a yes is no answer


class Confirmation:
    """Puts something to the caller until they agree or not."""

    def __init__(self, talk: Talk, voice: Voice, on_digit: OnDigit) -> None:
        self._talk = talk
        self._voice = voice
        self._on_digit = on_digit

    async def get(self, prompts: tuple[str, ...]) -> Ending:
        """ENTERED for yes, NOT_CONFIRMED for no and for no answer; or another ending.

        Words count when they begin after the prompt, which may say "yes" itself; keys count at any moment. A digit
        that is no answer is the first of a number that is keyed: that one is in the keypad then.
        """
        for _ in range(_TIMES):
            await self._talk.say(prompts)
            answer = await self._answer()
            await self._talk.line.fall_silent()
            if answer or self._talk.keypad.left:
                return answer or Ending.LEFT
        return Ending.NOT_CONFIRMED

    async def _answer(self) -> Ending | None:
        """What the caller answers; None for nothing that is one."""
        talk, prompt = self._talk, self._talk.line.playing
        deadline, quiet_at = now() + talk.line.patience.prompt, float("inf")
        began: float | None = None
        while event := await self._voice.next(deadline):
            match event:
                case PlaybackFinished() if event.playback.id == prompt:
                    deadline, quiet_at = now() + talk.first, now() + talk.line.patience.echo
                case Gap():
                    self._voice.give_way()
                    return await talk.keypad.disturbed(event)
                case ChannelDtmfReceived(digit=key) if key in _KEYS:
                    return _KEYS[key]
                case ChannelDtmfReceived(digit=key) if key.isdigit():
                    return await self._keyed(key)
                case Heard(alternatives=(likeliest, *_)) if not likeliest.words and not event.final:
                    began = None  # what was taken for the beginning of a word was none
                case Heard():
                    began = now() if began is None else began
                    if event.final:
                        if began >= quiet_at and (answer := self._said(event)):
                            return answer
                        began = None
        return None

    async def _keyed(self, key: str) -> Ending:
        await self._talk.line.fall_silent()
        self._voice.give_way()
        self._talk.keypad.wipe()
        return await self._talk.keypad.go_on(key, self._on_digit)

    def _said(self, heard: Heard) -> Ending | None:
        best = heard.alternatives[0]
        likely = [one for one in heard.alternatives if best.score - one.score < MARGIN.ahead]
        if self._talk.person and _command(heard.alternatives) is Command.AGENT:
            return Ending.PERSON_WANTED
        if all(NO in one.words for one in likely):
            return Ending.NOT_CONFIRMED
        return Ending.ENTERED if all(map(_agrees, likely)) else None


def _agrees(way: Alternative) -> bool:
    """Whether this is a yes, and nothing else: no "yes, start again", no number, no story in which there is a yes."""
    others = [word for word in way.words if word != YES]
    plain = len(others) < len(way.words) and len(others) <= _MOST_BESIDE_YES
    return plain and NO not in others and _command([way]) is None


def _command(alternatives: Sequence[Alternative]) -> Command | None:
    return spoken_digits([alternatives])[0].command
