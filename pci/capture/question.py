"""Asks for one field of a card until the answer is good or the attempts are spent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, TypeVar

from pci.capture.fields import RESTARTED, judge, prompts_for
from pci.capture.form import CardForm
from pci.capture.keypad import Ending, Keypad
from pci.capture.steering import FieldLeft, Steering
from pci.contract import Brand, CaptureEvent, CaptureRequest, CardField, EntryError, FieldProgress, PromptSpoken
from pci.prompts import Prompts
from pci.secret import Secret, wipe

Emit = Callable[[CaptureEvent], Awaitable[None]]
Answer = TypeVar("Answer", bound=Secret)

_ERRORS: Final = {Ending.SILENT: EntryError.TIMEOUT, Ending.DISTURBED: EntryError.CONNECTION_GAP}


class CaptureCancelled(Exception):
    """The caller does not want to go on."""


class AttemptsSpent(Exception):
    """The caller could not give a good answer."""


@dataclass(frozen=True, slots=True)
class Interviewer:
    """Puts the questions of one capture. `opening` is said before the next one; `ahead`: keys may come before it."""

    keypad: Keypad
    request: CaptureRequest
    prompts: Prompts
    emit: Emit
    today: Callable[[], date]
    steering: Steering
    opening: tuple[str, ...] = ()
    ahead: bool = True

    async def fill(self, form: CardForm) -> None:
        """Ask field after field until the form is full; `FieldLeft` once the caller is to be given back before that.

        Raises what `ask` raises.
        """
        asking = self
        while field := form.next:
            if self.steering.pausing:
                raise FieldLeft
            for dropped in self.steering.take_dropped():
                await self._tell(dropped, "entering", 1)
            try:
                answer = await asking.ask(field, form.kind(field), form.brand)
            except FieldLeft:
                asking = replace(self, opening=(), ahead=False)
            else:
                self.steering.keep(answer)
                asking = replace(self, opening=(), ahead=True)

    async def ask(self, field: CardField, kind: type[Answer], brand: Brand | None) -> Answer:
        """The good answer to a field, held by a `kind` of secret; `brand` is that of the card, once it is known.

        Silence and wrong answers count as attempts; starting again and a disturbed line do not. Raises
        `CaptureCancelled`, `AttemptsSpent`, or `FieldLeft` as the steering wants it.
        """
        attempt, error = 1, None
        spoken = self.opening + prompts_for(field, self.request, attempt=1, error=None, brand=brand)
        self.steering.begins(field)
        while attempt <= self.request.entry_attempts:
            ending = await self._read(field, attempt, spoken, error)
            if ending is Ending.LEFT:
                raise FieldLeft
            if ending is Ending.CANCELLED:
                raise CaptureCancelled
            if ending is Ending.RESTARTED:
                error = None
                await self._tell(field, "entering", attempt)
            else:
                digits = self.keypad.take()
                entered = len(digits)
                error = _ERRORS.get(ending) or judge(field, digits, self.request, brand=brand, today=self.today())
                if error is None:
                    answer = kind(digits)
                    await self._tell(field, "accepted", attempt, entered, brand=getattr(answer, "brand", brand))
                    return answer
                wipe(digits)
                await self._tell(field, "rejected", attempt, error=error)
                attempt += error is not EntryError.CONNECTION_GAP
            if self.steering.leaves(keyed=0):
                raise FieldLeft
            spoken = prompts_for(field, self.request, attempt=attempt, error=error, brand=brand)
            spoken = RESTARTED + spoken if ending is Ending.RESTARTED else spoken
        raise AttemptsSpent

    async def _read(
        self, field: CardField, attempt: int, spoken: tuple[str, ...], error: EntryError | None
    ) -> Ending:
        async def on_digit() -> None:
            if field is not CardField.SECURITY_CODE:
                brand = self.keypad.brand if field is CardField.NUMBER else None
                await self._tell(field, "entering", attempt, self.keypad.count, brand=brand)
            elif self.keypad.count == 1:  # a line for each key would tell their number
                await self._tell(field, "entering", attempt)

        await self.emit(PromptSpoken(prompts=spoken))
        media = self.prompts.media(spoken, self.request.language)
        # keys that were pressed before a mistake was pointed out belong to the mistake
        ahead = self.ahead and error in (None, EntryError.TIMEOUT)
        return await self.keypad.read(media, on_digit, typed_ahead=ahead)

    async def _tell(
        self,
        field: CardField,
        state: Literal["entering", "accepted", "rejected"],
        attempt: int,
        entered: int = 0,
        *,
        brand: Brand | None = None,
        error: EntryError | None = None,
    ) -> None:
        shown = 0 if field is CardField.SECURITY_CODE else entered
        await self.emit(
            FieldProgress(field=field, state=state, entered=shown, attempt=attempt, brand=brand, error_type=error)
        )
