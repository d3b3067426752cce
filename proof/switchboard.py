"""Tells the calls of one product apart: each goes to a number of its own, and is told what the call side logs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from stack.processes import Line

NUMBERS = tuple(f"70{line}" for line in range(10, 26))
SPOKEN_NUMBERS = tuple(f"71{line}" for line in range(10, 26))  # of a flow in which callers are heard


@dataclass
class Lead:
    """What is known of one call while it lasts. `prompts` ends with None."""

    number: str
    prompts: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    payment: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, line: Line) -> None:
        """Take note of a line of the call side's log."""
        match line.get("event"):
            case "prompt_spoken":
                for prompt in line.get("prompts", ()):
                    self.prompts.put_nowait(prompt)
            case "step_done" if line.get("verb") == "pay":
                self.payment = self.payment or str(line.get("outcome"))
            case "call_ended":
                self.ended.set()
                self.leave()

    def leave(self) -> None:
        """Nothing more is to be pressed."""
        self.prompts.put_nowait(None)


class Switchboard:
    """Listens to the product; `lead` gives a free number out, and waits for one if all are in use."""

    def __init__(self, numbers: Sequence[str] = NUMBERS, spoken: Sequence[str] = SPOKEN_NUMBERS) -> None:
        self._free: dict[bool, asyncio.Queue[str]] = {False: asyncio.Queue(), True: asyncio.Queue()}
        for speaks, lines in ((False, numbers), (True, spoken)):
            for number in lines:
                self._free[speaks].put_nowait(number)
        self._by_number: dict[str, Lead] = {}
        self._by_call: dict[str, Lead] = {}

    def __call__(self, program: str, line: Line) -> None:
        """A log line of a program."""
        if program != "ivr":
            return
        call_id = str(line.get("call_id"))
        if line.get("event") == "call_started" and (lead := self._by_number.get(str(line.get("dialled")))):
            self._by_call[call_id] = lead
        if lead := self._by_call.get(call_id):
            lead.hear(line)
        if line.get("event") == "call_ended":
            self._by_call.pop(call_id, None)

    @contextlib.asynccontextmanager
    async def lead(self, *, speaks: bool = False) -> AsyncIterator[Lead]:
        """A number that no other call is placed to meanwhile; with `speaks` one where the caller is heard."""
        number = await self._free[speaks].get()
        lead = self._by_number[number] = Lead(number)
        try:
            yield lead
        finally:
            del self._by_number[number]
            self._free[speaks].put_nowait(number)
