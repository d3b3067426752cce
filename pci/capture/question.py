"""Asks for one field of a card until the answer is good or the attempts are spent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

from pci.capture.fields import RESTARTED, judge, prompts_for
from pci.capture.form import CardForm
from pci.capture.keypad import Ending, Keypad
from pci.capture.room import Emit, Room
from pci.capture.speaking import Speaking
from pci.capture.spoken import SpokenField
from pci.capture.steering import FieldLeft, Steering
from pci.capture.voice import NotHeard
from pci.contract import Brand, CaptureRequest, CardField, EntryError, FieldProgress, PromptSpoken
from pci.secret import Secret, wipe

Answer = TypeVar("Answer", bound=Secret)

_ERRORS: Final = {
    Ending.SILENT: EntryError.TIMEOUT,
    Ending.DISTURBED: EntryError.CONNECTION_GAP,
    Ending.NOT_UNDERSTOOD: EntryError.NOT_UNDERSTOOD,
    Ending.NOT_CONFIRMED: EntryError.NOT_CONFIRMED,
}


class CaptureCancelled(Exception):
    """The caller does not want to go on."""


class AttemptsSpent(Exception):
    """The caller could not give a good answer."""


class PersonWanted(Exception):
    """The caller wants to talk to a person."""


_RAISED: Final = {
    Ending.LEFT: FieldLeft,
    Ending.CANCELLED: CaptureCancelled,
    Ending.PERSON_WANTED: PersonWanted,
}


@dataclass(frozen=True, slots=True)
class Interviewer:
    """Puts the questions of one capture. `opening` is said before the next one; `ahead`: keys may come before it.

    With `speaking`, fields may be said.
    """

    keypad: Keypad
    request: CaptureRequest
    room: Room
    emit: Emit
    steering: Steering
    speaking: Speaking | None = None
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
        `CaptureCancelled`, `PersonWanted`, `AttemptsSpent`, or `FieldLeft` as the steering wants it.
        """
        attempt, error, before = 1, None, self.opening
        said = self.speaking.field(field, brand) if self.speaking else None
        self.steering.begins(field)
        while attempt <= self.request.entry_attempts:
            words = prompts_for(field, self.request, attempt=attempt, error=error, brand=brand, said=said is not None)
            try:
                ending = await self._read(field, attempt, before + words, error, said)
            except NotHeard:
                said = None
                continue
            if ending in _RAISED:
                raise _RAISED[ending]
            said = None if said is None or said.given_up else said
            before = RESTARTED if ending is Ending.RESTARTED else ()
            if ending is Ending.RESTARTED:
                error = None
                await self._tell(field, "entering", attempt)
            else:
                digits = self.keypad.take()
                entered = len(digits)
                error = _ERRORS.get(ending) or judge(
                    field, digits, self.request, brand=brand, today=self.room.today()
                )
                if error is None:
                    answer = kind(digits)
                    await self._tell(field, "accepted", attempt, entered, brand=getattr(answer, "brand", brand))
                    return answer
                wipe(digits)
                await self._tell(field, "rejected", attempt, error=error)
                attempt += error is not EntryError.CONNECTION_GAP
            if self.steering.leaves(keyed=0):
                raise FieldLeft
        raise AttemptsSpent

    async def _read(
        self,
        field: CardField,
        attempt: int,
        spoken: tuple[str, ...],
        error: EntryError | None,
        said: SpokenField | None,
    ) -> Ending:
        told = False

        async def on_digit() -> None:
            nonlocal told
            if field is not CardField.SECURITY_CODE:
                brand = self.keypad.brand if field is CardField.NUMBER else None
                await self._tell(field, "entering", attempt, self.keypad.count, brand=brand)
            elif not told:  # a line for each key would tell their number
                told = True
                await self._tell(field, "entering", attempt)

        # keys that were pressed before a mistake was pointed out belong to the mistake
        ahead = self.ahead and error in (None, EntryError.TIMEOUT)
        if said is not None:
            return await said.read(spoken, on_digit, ahead=ahead)
        await self.emit(PromptSpoken(prompts=spoken))
        media = self.room.prompts.media(spoken, self.request.language)
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
            FieldProgress(
                field=field,
                state=state,
                entered=shown,
                attempt=attempt,
                brand=brand,
                error_type=error,
                said=state != "entering" and self.keypad.said,
            )
        )
