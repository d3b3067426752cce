"""One caller with a canary card: dials, listens for prompts, presses what the way says, and notes how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from proof.canary import Canary
from proof.switchboard import Lead
from proof.ways import HANG_UP, QUOTE, TO_THE_END, Way
from stack.children import alongside
from stack.errors import PhoneError
from stack.phones import open_pjsua2
from stack.phones.pjsua2 import Pjsua2

HALT = "~"
CALL_SECONDS = 120.0
FAREWELL_SECONDS = 4.0
HUNG_UP, CUT_OFF, KILLED = "hung-up", "cut-off", "killed"
LEFT = "caller-hung-up"  # the outcome of a payment whose caller is gone
Moment = Callable[[str, str], Awaitable[None]]  # what else happens at a prompt on the call to a number


async def nothing(_prompt: str, _number: str) -> None:
    """Nothing else happens."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to be placed. `calls_as` is the name that the phone calls under."""

    number: int
    way: Way
    canaries: tuple[Canary, ...]
    account: str
    calls_as: str


@dataclass(frozen=True, slots=True)
class Made:
    """A call that is over; `ended` is how the payment did, HUNG_UP, KILLED, or CUT_OFF if it never got that far."""

    call: Call
    ended: str

    @property
    def as_expected(self) -> bool:
        """Whether it ended as its way must end: if not, it proves nothing."""
        return self.ended == self.call.way.ends


class Caller:
    """The person on the phone. `halt` is awaited where the keys have a HALT, `moment` before a prompt is answered."""

    def __init__(
        self, call: Call, lead: Lead, *, halt: Callable[[], Awaitable[None]] | None = None, moment: Moment = nothing
    ) -> None:
        self._call = call
        self._lead = lead
        self._halt = halt
        self._moment = moment
        self._heard: Counter[str] = Counter()
        self._left = False

    async def make(self, folder: Path, sip_port: int) -> Made:
        """Place the call and stay until it is over."""
        async with open_pjsua2(folder, sip_port, self._call.calls_as) as phone:
            try:
                await phone.dial(self._call.way.dials or self._lead.number)
                await phone.wait_answered()
                if self._call.way.dials:
                    self._lead.prompts.put_nowait("")
            except PhoneError:
                return Made(self._call, CUT_OFF)
            async with alongside(self._act(phone)):
                with contextlib.suppress(PhoneError):  # as when nobody answers its goodbye any more
                    await phone.wait_ended(CALL_SECONDS)
                self._lead.leave()
        return Made(self._call, await self._ended())

    async def _ended(self) -> str:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._lead.ended.wait()
        if self._left and self._halt:
            return KILLED
        if self._left and self._lead.payment in ("", LEFT):
            return HUNG_UP
        return self._lead.payment or CUT_OFF

    async def _act(self, phone: Pjsua2) -> None:
        while not self._left and (prompt := await self._lead.prompts.get()) is not None:
            template = self._call.way.answer(prompt, self._heard[prompt])
            self._heard[prompt] += 1
            if template is None:
                continue
            await asyncio.sleep(self._call.way.pause)
            await self._moment(prompt, self._lead.number)
            with contextlib.suppress(PhoneError):
                await self._press(phone, prompt, template)

    async def _press(self, phone: Pjsua2, prompt: str, template: str) -> None:
        told = self._call.way.told_after(prompt)
        for piece in re.split(f"([{HANG_UP}{HALT}]|{QUOTE}.*?{QUOTE})", template):
            if piece.startswith(QUOTE):
                if prompt in TO_THE_END:
                    await phone.wait_quiet()
                await phone.say(filled(piece.strip(QUOTE), self._call), self._call.canaries[0].hum)
            elif piece == HANG_UP:
                self._left = True
                await phone.hang_up()
            elif piece == HALT:
                assert self._halt is not None  # noqa: S101 - only kills have halts
                await self._halt()
            elif piece:
                await phone.press(filled(piece, self._call), told)


def filled(template: str, call: Call) -> str:
    """The keys, or what is said, of a template: the only place where a canary is put together."""
    first, last = call.canaries[0].reveal(), call.canaries[-1].reveal()
    wrong = first.pan[:-1] + str((int(first.pan[-1]) + 1) % 10)
    values = {"account": call.account, "pan": first.pan, "wrong": wrong, "expiry": first.expiry, "cvv": first.cvv}
    values["groups"] = ",".join(first.pan[at : at + 4] for at in range(0, len(first.pan), 4))  # as they are said
    return template.format_map({**values, "pan2": last.pan, "expiry2": last.expiry, "cvv2": last.cvv})
