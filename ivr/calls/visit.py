"""The caller's visit to the card side: what is told of it here, and what becomes of them if it breaks off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Never

import structlog

from asterisk_ari import NotAllowed
from ivr.calls.line import Line
from ivr.calls.own_prompts import INTERRUPTED
from ivr.errors import PciAnswerLost, PciError
from ivr.flow.call import CallerHungUp, SecureLineDown
from ivr.pci_client import PciClient
from ivr.prompts.catalogue import Catalogue
from pci.contract import (
    CaptureEvent,
    CaptureOutcome,
    CapturePaused,
    CaptureRequest,
    CaptureResult,
    CaptureResumed,
    CaptureStarted,
    FieldProgress,
    PromptSpoken,
)

_log = structlog.get_logger()
_BACK_SECONDS = 10.0


class Visit:
    """One capture, from this side: the caller is handed over, its progress is logged, the caller is awaited back.

    What the card side reports meanwhile is passed on to `tell`.
    """

    def __init__(
        self,
        line: Line,
        pci: PciClient,
        prompts: Catalogue,
        language: str,
        tell: Callable[[CaptureEvent], None],
    ) -> None:
        self._line = line
        self._pci = pci
        self._prompts = prompts
        self._language = language
        self._tell = tell
        self._started = self._paused = False

    async def pay(self, request: CaptureRequest) -> CaptureResult:
        """How the capture ended, with the caller back on the line.

        SecureLineDown if the card side did not take the caller, CallerHungUp if there is nobody to give back. When
        the card side falls silent in the middle nobody knows whose keys reach whom: the caller is not fetched back
        but told so where they are, and hung up on.
        """
        try:
            return await self._pay(request)
        except PciError as error:
            self._line.stayed()
            _log.warning("capture_refused", reason=str(error))
            raise SecureLineDown from None

    async def _pay(self, request: CaptureRequest) -> CaptureResult:
        with self._line.away():
            try:
                result = await self._take_part(request)
            except PciAnswerLost:
                if not self._paused:
                    await self._break_off()
                result = CaptureResult(outcome=CaptureOutcome.INTERNAL_ERROR)  # the caller is here, with an agent
            if self._started and result.outcome is not CaptureOutcome.HUNG_UP:
                await self._given_back()
            _log.info("capture_ended", outcome=result.outcome, brand=result.brand, last4=result.last4)
        if result.outcome is CaptureOutcome.HUNG_UP:
            raise CallerHungUp
        return result

    async def _take_part(self, request: CaptureRequest) -> CaptureResult:
        async with aclosing(self._pci.capture(request)) as events:
            async for event in events:
                if isinstance(event, CaptureResult):
                    return event
                self._note(event)
        raise PciAnswerLost

    def _note(self, event: CaptureEvent) -> None:
        self._tell(event)
        match event:
            case CaptureStarted():
                self._started = True
                _log.info("capture_started")
            case CapturePaused() | CaptureResumed():
                self._paused = isinstance(event, CapturePaused)
                _log.info("capture_paused" if self._paused else "capture_resumed")
            case PromptSpoken():
                text = " ".join(self._text(prompt) for prompt in event.prompts)
                _log.info("prompt_spoken", prompts=event.prompts, text=text, by="pci")
            case FieldProgress():
                _log.info(
                    "capture_progress",
                    field=event.field,
                    state=event.state,
                    entered=event.entered,
                    attempt=event.attempt,
                    brand=event.brand,
                    error_type=event.error_type,
                )

    def _text(self, prompt: str) -> str:
        texts = self._prompts.texts.get(prompt, {})
        return texts.get(self._language, f"[{prompt}]")

    async def _given_back(self) -> None:
        try:
            async with asyncio.timeout(_BACK_SECONDS):
                await self._line.returned.wait()
        except TimeoutError:
            await self._break_off()

    async def _break_off(self) -> Never:
        _log.error("capture_ended", outcome="interrupted")
        # the gate lets nobody near a caller whose card side lives: it gives them back then, or ends the call itself
        with suppress(NotAllowed):
            await self._line.say_elsewhere([self._prompts.media(INTERRUPTED, self._language)])
            _log.info("prompt_spoken", prompts=(INTERRUPTED,), text=self._text(INTERRUPTED), by="ivr")
            await self._line.hang_up()
        raise CallerHungUp
