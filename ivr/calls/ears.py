"""A caller is heard while they are asked something: the card side tells the words, the line gets them beside keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import structlog

from asterisk_ari import AriError
from ivr.calls.line import Line
from ivr.errors import PciError, PciRefused
from ivr.flow.call import CallerHungUp
from ivr.pci_client import PciClient
from ivr.understanding.listening import Listening
from pci.contract import ErrorCode, HearingEnd, HearingEnded, HearingRequest, SpeechHeard

_log = structlog.get_logger()
_AGAIN_SECONDS = 0.1
_TRIES = 100


class Ears:
    """The ears of one call. Where the card side does not hear this caller, keys alone answer; nobody is troubled."""

    def __init__(self, line: Line, pci: PciClient, call_id: str) -> None:
        self._line = line
        self._pci = pci
        self._call_id = call_id
        self._deaf = False

    async def during(self, listening: Listening, ask: Callable[[], Awaitable[str]]) -> str:
        """What `ask` comes to while the line is told what the caller says. Nothing is heard before it or after."""
        if self._deaf:
            return await ask()
        answer: str | CallerHungUp | AriError
        async with asyncio.TaskGroup() as tasks:
            hearing = tasks.create_task(self._hear(listening))
            try:
                answer = await ask()
            except (CallerHungUp, AriError) as error:
                answer = error
            hearing.cancel()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _hear(self, listening: Listening) -> None:
        request = HearingRequest(
            call_id=self._call_id,
            channel_id=self._line.channel_id,
            language=listening.language,
            words=listening.words,
        )
        for _ in range(_TRIES):
            if not await self._ears_are_taken(request):
                return
            await asyncio.sleep(_AGAIN_SECONDS)  # the hearing of the question before is about to end
        self._give_up(str(ErrorCode.HEARING_IN_PROGRESS))

    async def _ears_are_taken(self, request: HearingRequest) -> bool:
        """Hear as long as there is something to be heard; whether another hearing of this caller was in the way."""
        try:
            async with aclosing(self._pci.hear(request)) as events:
                async for event in events:
                    if isinstance(event, SpeechHeard):
                        self._line.hear(event)
                    elif isinstance(event, HearingEnded) and event.reason is not HearingEnd.CARD_SAID:
                        self._give_up(event.reason)
        except PciRefused as refusal:
            if refusal.code is ErrorCode.HEARING_IN_PROGRESS:
                return True
            self._give_up(str(refusal))
        except PciError as error:
            self._give_up(str(error))
        return False

    def _give_up(self, reason: str) -> None:
        """Told once: a card side that cannot hear this caller now will not a moment later."""
        self._deaf = True
        _log.warning("caller_not_heard", reason=reason)
