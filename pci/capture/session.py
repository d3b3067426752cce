"""One capture: the caller is taken away, asked for a card, and given back; what was keyed is wiped, come what may."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from asterisk_ari import AriError, Channel
from pci.audit import Kind as Act
from pci.capture.alone import Breach, Kind, LineNotAlone
from pci.capture.captures import Captured
from pci.capture.fields import ALONE_AGAIN, MEANWHILE, PARTING, THANKS
from pci.capture.form import CardForm
from pci.capture.keypad import Keypad
from pci.capture.line import CallerGone, Line, LineLost, now
from pci.capture.question import AttemptsSpent, CaptureCancelled, Interviewer, PersonWanted
from pci.capture.recorders import Recorders
from pci.capture.room import Emit, Room
from pci.capture.speaking import speaking
from pci.capture.steering import FieldLeft, Steering
from pci.contract import (
    CaptureCommand,
    CaptureOutcome,
    CapturePaused,
    CaptureRequest,
    CaptureResult,
    CaptureResumed,
    CaptureStarted,
    CardField,
    PromptSpoken,
)
from pci.hearing.ear import Ear
from pci.log import log
from pci.vault import random_name

_OUTCOMES: Final = {
    CallerGone: CaptureOutcome.HUNG_UP,
    CaptureCancelled: CaptureOutcome.CANCELLED,
    PersonWanted: CaptureOutcome.PERSON_WANTED,
    AttemptsSpent: CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS,
    TimeoutError: CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS,
    # how it ends if nobody has it go on
    FieldLeft: CaptureOutcome.PAUSED_TOO_LONG,
}


class NotHandedOver(Exception):
    """The caller cannot be given back: who would get them listened in, or they are being recorded."""


class CaptureSession:
    """Runs one capture. End it by `stop()`, never by cancelling: then the caller would not be given back."""

    def __init__(self, room: Room, request: CaptureRequest, channel: Channel) -> None:
        self.id: Final = random_name("cap")
        self.request: Final = request
        self.channel: Final = channel
        self._room = room
        self._line: Line | None = None
        self._keypad: Keypad | None = None
        self._recorders = Recorders(room.app.asterisk, room.audit)
        self._limit: asyncio.Timeout | None = None
        self._alarms = asyncio.TaskGroup()
        self._asking = self._asked = self._stopped = self._closing = False
        self._breach: Breach | None = None
        self._form = CardForm(request)
        self._steering = Steering(self._form)
        self._began: CaptureStarted | CaptureResumed = CaptureStarted(capture_id=self.id)

    @property
    def resource(self) -> str:
        """What the audit log calls it."""
        return f"channel:{self.request.channel_id} call:{self.request.call_id}"

    @property
    def alone_since(self) -> float | None:
        """Since when, by the loop's clock, the caller has to be alone; None if they need not be now."""
        return self._line.alone_since if self._line else None

    def ears(self, since: float) -> Collection[Ear]:
        """Our own ears on the caller, now or at some time since then, by the loop's clock."""
        return self._room.ears.on(self.channel.id, since)

    def stop(self) -> None:
        """End the capture now: the caller is given back, nothing is kept."""
        self._stopped = True
        self._steering.interrupt()
        if self._asking:
            self._end_now()

    def close(self) -> None:
        """The same, and wait for nobody who might take the caller: this process ends."""
        self._closing = True
        self.stop()

    def command(self, command: CaptureCommand) -> None:
        """Pause, resume or cancel. `TooLate` for a pause when all was keyed."""
        match command:
            case CaptureCommand.PAUSE:
                self._steering.pause()
            case CaptureCommand.RESUME:
                self._steering.resume()
            case CaptureCommand.CANCEL:
                self._steering.call_off()
                if self._asking:
                    self._end_now()
        self._look_up()

    def ask_again(self, card_field: CardField) -> None:
        """Have a field asked once more. `InvalidRequest` for one that is not asked, `TooLate` when all was keyed."""
        self._steering.ask_again(card_field)
        self._look_up()

    def _look_up(self) -> None:
        if self._keypad is not None:
            self._keypad.look_up()

    def breached(self, breach: Breach) -> None:
        """Somebody else could get the caller's keys: the capture ends now."""
        self._breach = self._breach or breach
        self._end_now()

    def _end_now(self) -> None:
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def run(self, emit: Emit) -> CaptureResult:
        """From taking the caller to giving them back. `emit` gets all that happens but the result; never raises."""
        log.info("capture_began", call_id=self.request.call_id, capture_id=self.id)
        latest = now() + self._room.patience.whole
        async with asyncio.TaskGroup() as self._alarms:
            outcome = await self._keying(emit, latest)
            while outcome is CaptureOutcome.PAUSED_TOO_LONG and await self._pause(emit, latest):
                outcome = await self._keying(emit, latest)
        result = await self._conclude(outcome or CaptureOutcome.INTERNAL_ERROR)
        log.info("capture_ended", call_id=self.request.call_id, capture_id=self.id, outcome=result.outcome)
        return result

    async def _keying(self, emit: Emit, latest: float) -> CaptureOutcome | None:
        """One stretch in which the caller is here, until `latest` at most."""
        app = self._room.app
        with app.watch(self.channel.id) as events:
            line = self._line = Line(app.asterisk, events, self.channel, app.name, self._room.patience, self.ears)
            asked = await self._ask(line, emit, latest)
            gone = asked is CaptureOutcome.HUNG_UP
            outcome = asked if gone else await self._give_back(line, asked, emit)
            self._line = None
        if outcome is not None:
            await self._recorders.resume()
        return outcome

    async def _pause(self, emit: Emit, latest: float) -> bool:
        """Nobody is here; whether the caller is to be taken again."""
        await self._room.audit.record(Act.CAPTURE_PAUSED, resource=self.resource, detail=self.id)
        await emit(CapturePaused())
        self._began = CaptureResumed()
        return await self._steering.pause_over(min(self._room.patience.pause, latest - now()))

    async def _ask(self, line: Line, emit: Emit, latest: float) -> CaptureOutcome:
        self._asked = False
        try:
            async with asyncio.timeout_at(latest) as self._limit:
                self._asking = True
                if self._stopped:
                    return CaptureOutcome.INTERNAL_ERROR
                await self._room.ears.silence(self.channel.id)
                await line.take(self.id, self.request.return_to, self._recorders)
                await emit(self._began)
                await self._collect(line, emit)
                await emit(PromptSpoken(prompts=THANKS))
                await line.play_to_end(self._room.prompts.media(THANKS, self.request.language))
            return CaptureOutcome.SUCCESS
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller must be given back
            if self._was_breach(error):
                return CaptureOutcome.NOT_SECURE
            outcome = _OUTCOMES.get(type(error), CaptureOutcome.INTERNAL_ERROR)
            if outcome is CaptureOutcome.INTERNAL_ERROR:
                log.error("capture_failed", capture_id=self.id, error=type(error).__name__)
            return self._ended_by_us(outcome) if isinstance(error, TimeoutError) else outcome
        finally:
            self._asking, self._limit = False, None

    def _ended_by_us(self, otherwise: CaptureOutcome) -> CaptureOutcome:
        if self._stopped:
            return CaptureOutcome.INTERNAL_ERROR
        return CaptureOutcome.CALLED_OFF if self._steering.called_off else otherwise

    async def _collect(self, line: Line, emit: Emit) -> None:
        """Ask field after field until the form is full; `FieldLeft` for a pause."""
        request, form, steering = self.request, self._form, self._steering
        keypad = self._keypad = Keypad(
            line,
            first_digit=request.first_digit_timeout,
            inter_digit=request.inter_digit_timeout,
            leaves=steering.leaves,
        )
        again = isinstance(self._began, CaptureResumed)
        opening = ALONE_AGAIN if again else request.opening
        voice = speaking(self._room, request, line, keypad, emit)
        interviewer = Interviewer(
            keypad, request, self._room, emit, steering, voice, opening=opening, ahead=not again
        )
        self._asked = True
        try:
            await interviewer.fill(form)
        finally:
            self._keypad = None
            keypad.wipe()

    async def _give_back(self, line: Line, outcome: CaptureOutcome, emit: Emit) -> CaptureOutcome | None:
        """Also a caller who was never taken is moved, so that `return_to` hears of every end in the same way.

        Who can be neither kept alone nor given back may still be keying a card, and is hung up on. None if not even
        that was possible.
        """
        try:
            async with asyncio.timeout(None) as self._limit:
                if self._asked:
                    await self._say_farewell(line, outcome, emit)
                return outcome if await self._taken_back(line, emit) else CaptureOutcome.HUNG_UP
        except CallerGone:
            return CaptureOutcome.HUNG_UP
        except Exception as error:  # noqa: BLE001 - the call side must get a result, and its other captures go on
            log.error("give_back_failed", capture_id=self.id, error=type(error).__name__)
            self._was_breach(error)
            with suppress(AriError):
                if line.taken:
                    await line.hang_up()
                    return CaptureOutcome.HUNG_UP
            return None
        finally:
            self._limit = None

    async def _taken_back(self, line: Line, emit: Emit) -> bool:
        """Whether somebody takes the caller within the time that they have; who is left over is hung up on."""
        latest = now() + self.request.return_within
        while not await line.give_back(self.request.return_to, ("back", self.id)):
            if self._closing or now() >= latest:
                await line.hang_up()
                return False
            await emit(PromptSpoken(prompts=MEANWHILE))
            await line.play_to_end(self._room.prompts.media(MEANWHILE, self.request.language))
        return True

    async def _say_farewell(self, line: Line, outcome: CaptureOutcome, emit: Emit) -> None:
        """Tell a caller who may still be keying to stop, once the breach that ended the capture is mended."""
        if self._breach is not None:
            if self._breach.by == self.request.return_to or self._breach.kind is Kind.RECORDED:
                raise NotHandedOver  # to somebody who listened in, or still under a recorder
            await line.make_alone()
        if words := PARTING.get(outcome):
            await emit(PromptSpoken(prompts=words))
            with suppress(AriError, LineLost):
                await line.play_to_end(self._room.prompts.media(words, self.request.language))

    def _was_breach(self, error: Exception) -> bool:
        """Whether a capture was broken off because the caller was not alone; if so, an alarm that holds nobody up."""
        if isinstance(error, LineNotAlone):
            self._breach = error.breach
        elif not isinstance(error, TimeoutError) or self._breach is None:
            return False
        reason, app = self._breach.kind, self._breach.by
        self._alarms.create_task(self._room.alarm("caller_not_alone", resource=self.id, reason=reason, app=app))
        return True

    async def _conclude(self, outcome: CaptureOutcome) -> CaptureResult:
        """Keep the card only if all went well to the end."""
        form = self._form
        try:
            if outcome in (CaptureOutcome.SUCCESS, CaptureOutcome.PAUSED_TOO_LONG):
                outcome = self._ended_by_us(outcome)
            if outcome is not CaptureOutcome.SUCCESS or form.pan is None or form.expiry is None:
                return CaptureResult(outcome=outcome)
            token = await self._room.vault.put(form.pan, form.expiry)
            brand, last4 = form.pan.brand, form.pan.last4
            self._room.captures.hold(self.id, Captured(token, brand, last4, *form.take_rest()))
            return CaptureResult(outcome=outcome, capture_id=self.id, token=token, brand=brand, last4=last4)
        except Exception as error:  # noqa: BLE001 - the call side must get a result; the caller is with it already
            log.error("card_not_stored", capture_id=self.id, error=type(error).__name__)
            return CaptureResult(outcome=CaptureOutcome.INTERNAL_ERROR)
        finally:
            form.wipe()
