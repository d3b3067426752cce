"""What somebody outside wants of a capture that runs: a pause, one field once more, its end.

Wishes are noted as they come and heeded between keys: who has begun to key a field finishes it, unless it is the one
that is asked again, or the number, with which everything that was keyed for the card goes.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from pci.capture.form import CardForm
from pci.contract import CardField
from pci.errors import InvalidRequest, TooLate
from pci.secret import Secret


class FieldLeft(Exception):
    """Something else comes before the field that was asked."""


class Steering:
    """The wishes for one capture. Wishing twice is wishing once; none is lost while the caller is on their way."""

    def __init__(self, form: CardForm) -> None:
        self._form = form
        self._asked: CardField | None = None
        self._begin_anew = self._interrupted = False
        self._pause_over = asyncio.Event()
        self.pausing = False
        """Whether the caller shall be, or is, away in the middle of the card."""
        self.called_off = False
        """Whether the capture shall end without a card."""
        self._dropped: list[CardField] = []

    def pause(self) -> None:
        """Give the caller back once the field that is being keyed is done. `TooLate` if all was keyed."""
        self._check_open()
        self.pausing = True
        self._awake()

    def resume(self) -> None:
        """Go on; also the end of a wish to pause."""
        self.pausing = False
        self._awake()

    def ask_again(self, field: CardField) -> None:
        """Ask a field once more. `InvalidRequest` if this capture does not ask for it, `TooLate` if all was keyed."""
        if field not in self._form.fields:
            raise InvalidRequest
        self._check_open()
        self._dropped += self._form.drop(field)
        self._begin_anew |= field in (self._asked, CardField.NUMBER)

    def call_off(self) -> None:
        """End the capture."""
        self.called_off = True
        self._awake()

    def interrupt(self) -> None:
        """The capture ends for another reason: nobody shall wait for the end of a pause."""
        self._interrupted = True
        self._awake()

    async def pause_over(self, seconds: float) -> bool:
        """Wait for the end of a pause, which may last so long; whether the caller may be taken again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._pause_over.wait()
        return not (self.pausing or self.called_off or self._interrupted)

    def begins(self, field: CardField) -> None:
        """A field is about to be asked."""
        self._asked, self._begin_anew = field, False

    def leaves(self, keyed: int) -> bool:
        """Whether the field that is asked now, with so many keys, is left for something else."""
        return self._begin_anew or (not keyed and (self.pausing or self._form.next is not self._asked))

    def keep(self, answer: Secret) -> None:
        """The field that was asked has its answer; it is dropped if another is wanted already."""
        if self._asked is None or self._begin_anew:
            answer.wipe()
        else:
            self._form.put(self._asked, answer)

    def take_dropped(self) -> list[CardField]:
        """The fields whose answers were thrown away since this was last asked."""
        dropped, self._dropped = self._dropped, []
        return dropped

    def _awake(self) -> None:
        """Whoever waits for the end of a pause waits on if it still is one."""
        if self.pausing and not (self.called_off or self._interrupted):
            self._pause_over.clear()
        else:
            self._pause_over.set()

    def _check_open(self) -> None:
        if self._form.next is None:
            raise TooLate
