"""Keys of a menu or an account number, or words for them: how long to wait, and when an answer is complete.

Only for what the call side may know. Card fields are keyed to the card side, which reads them by code of its own.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from asterisk_ari import ChannelDtmfReceived, Gap, PlaybackFinished
from ivr.flow.keys import Keys
from ivr.understanding.listening import Listening, Said
from pci.contract import SpeechHeard
from speech.recogniser import GARBAGE, Alternative

Heard = ChannelDtmfReceived | PlaybackFinished | Gap | SpeechHeard
_SPEAKING_SECONDS: Final = 10.0
"""Whoever is speaking is waited for this long after each new word,"""
_LONGEST_SECONDS: Final = 30.0
"""and no longer than this from their first: a television never ends."""
_ECHO_SECONDS: Final = 0.4
"""So long after its end the question may still come back on the caller's line."""


class Interrupted(Exception):
    """Events were lost here. Which keys were pressed is not known, so none of them counts."""

    def __init__(self, *, over: bool) -> None:
        super().__init__(self.__class__.__doc__)
        self.over = over


async def read_keys(
    heard: asyncio.Queue[Heard], keys: Keys, prompt: str | None, silence: Callable[[str], Awaitable[None]]
) -> str:
    """The keys pressed from now on, without the finishing one, or what was said instead; "" if nothing came in time.

    While the playback `prompt` can be heard there is no hurry; the first key or word stops it by `silence`. After the
    time-out the keys so far are given, however few. Raises Interrupted at a gap.
    """
    question = _Question(keys, prompt, silence)
    while not question.answered:
        try:
            async with asyncio.timeout_at(question.deadline):
                event = await heard.get()
        except TimeoutError:
            break
        await question.take(event)
    return question.answer


class _Question:
    """A question while it is answered. `deadline` is None as long as it can be heard."""

    def __init__(self, keys: Keys, prompt: str | None, silence: Callable[[str], Awaitable[None]]) -> None:
        self.answer = ""
        self.answered = False
        self.deadline: float | None = None
        self._keys = keys
        self._prompt = prompt
        self._silence = silence
        self._keyed = False
        self._stretches: list[Sequence[Alternative]] = []
        self._latest: float | None = None  # an answer that is said ends by then
        self._echo_until = math.inf if prompt else 0.0
        self._began_in_echo: bool | None = None  # of the stretch of speech that is open
        if prompt is None:
            self._wait(keys.first_digit_timeout)

    async def take(self, event: Heard) -> None:
        """What happened next."""
        match event:
            case ChannelDtmfReceived():
                await self._key(event.digit)
            case SpeechHeard():
                if self._keys.speech is not None and not self._keyed:
                    await self._words(event, self._keys.speech)
            case PlaybackFinished():
                if event.playback.id == self._prompt:
                    self._prompt_is_over()
                    self._wait(self._keys.first_digit_timeout)
            case Gap():
                raise Interrupted(over=event.over)

    async def _key(self, digit: str) -> None:
        """A key wins over whatever was said."""
        await self._hush()
        before = self.answer if self._keyed else ""
        self._keyed, self._latest = True, None
        self.answer, self.answered = self._keys.add(digit, to=before)
        self._wait(self._keys.patience(self.answer))

    async def _words(self, event: SpeechHeard, speech: Listening) -> None:
        ways = self._own(event, speech)
        likeliest = ways[0].words if ways else ()
        known = any(word != GARBAGE for word in likeliest)
        if not likeliest or (self._prompt and not known):
            return  # a noise under the question, or an answer to one that was not heard to its end
        if not event.final and not known:
            return
        await self._hush()
        self._latest = self._latest or asyncio.get_running_loop().time() + _LONGEST_SECONDS
        if not event.final:
            self.answer = self.answer or Said()  # if nothing more comes, it was no silence
            self._wait(_SPEAKING_SECONDS)
            return
        self._stretches.append(ways)
        said = speech.understand(self._stretches)
        self.answer, self.answered = said, speech.whole(said)
        self._wait(speech.pause)

    def _own(self, event: SpeechHeard, speech: Listening) -> Sequence[Alternative]:
        """What of this is the caller's own: nothing faint of what began while the question may come back to us.

        Nothing of that at all, where the question has to be heard to its end.
        """
        if self._began_in_echo is None:
            self._began_in_echo = asyncio.get_running_loop().time() < self._echo_until
        echo = self._began_in_echo
        if event.final or not any(way.words for way in event.alternatives):
            self._began_in_echo = None
        if echo and not speech.barge_in:
            return ()
        ways = [Alternative(way.words, way.score, frozenset(way.faint)) for way in event.alternatives]
        return [Alternative(way.loud, way.score) for way in ways] if echo else ways

    async def _hush(self) -> None:
        if self._prompt:
            prompt = self._prompt
            self._prompt_is_over()
            await self._silence(prompt)

    def _prompt_is_over(self) -> None:
        self._prompt, self._echo_until = None, asyncio.get_running_loop().time() + _ECHO_SECONDS

    def _wait(self, seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        self.deadline = deadline if self._latest is None else min(deadline, self._latest)
