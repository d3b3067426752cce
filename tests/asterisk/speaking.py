"""A caller of the running product who speaks, as people do: waits until they are asked, says it, says it again.

What they say are the recordings of `stack.phones.voice`. Their 1, 2 and 6 are heard best: numbers of these digits
were taken in 16 of 16 tries though every 16th piece of 20 ms was missing, as it may when a machine has much to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from stack.demo.caller import ACCOUNT, HANG_UP, Caller
from stack.phones.pjsua2 import Pjsua2
from stack.processes import Line

NUMBER: Final = "2616611661166112"
WRONG: Final = f"{NUMBER[:-1]}6"
EXPIRY: Final = "1230"
_MONTH: Final = "december"
_YES: Final = "yes"
_GROUP: Final = 4
_SAID: Final[Mapping[str, str]] = {
    "say-pay-or-press-1": "pay",
    "is-that-right": _YES,
    "say-expiry": _MONTH,
    "say-security-code": "612",
    "or-say-yes-or-no": _YES,
}
_OVER: Final = {"say-pay-or-press-1": 4.0, "say-card-number": 3.5}
"""What is said over the prompt the first time, so many seconds after its beginning. A number may lose words by it."""
_TO_BE_KEYED: Final = frozenset({"expiry-again", "security-code-3"})
"""Asked for where the caller was not understood twice, or not heard any more."""
_PROGRESS_SECONDS: Final = 10.0


@dataclass
class Misspeaking(Caller):
    """Says what to do, a card number with a wrong digit in it until it is refused, the right one, the month of the
    expiry date, and keys that; then the code, and yes.

    Who is not understood hangs up before anything is `paid`.
    """

    phone: Pjsua2
    paid: bool = False
    _number: str = WRONG
    _last: str = ""
    _half: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, line: Line) -> None:
        """Take note of a log line of the call side: a prompt, or how much of the expiry date was understood."""
        super().hear(line)
        prompts = line.get("prompts", ())
        if "card-number-invalid" in prompts:
            self._number = NUMBER
        if "about-to-pay" in prompts:
            self._last = "".join(one.removeprefix("digit-") for one in prompts if one.startswith("digit-"))
        self.paid |= "payment-approved" in prompts
        if line.get("event") == "capture_progress" and line["field"] == "expiration-date" and line["entered"]:
            self._half.set()

    def _answers(self) -> Mapping[str, str]:
        number = ",".join(self._groups())
        groups = {f"say-group-{place}": group for place, group in enumerate(self._groups(), start=1)}
        keyed = {"say-account": f"{ACCOUNT}#", **dict.fromkeys(_TO_BE_KEYED, HANG_UP)}
        return {**keyed, **_SAID, **groups, "say-card-number": number, "card-number-again": number}

    def _groups(self) -> list[str]:
        """As people say a number."""
        return [self._number[at : at + _GROUP] for at in range(0, len(self._number), _GROUP)]

    async def _give(self, prompt: str, answer: str) -> bool:
        if answer == HANG_UP or self._is_wrong(prompt):
            return await super()._give(prompt, HANG_UP)
        if prompt == "say-account":
            return await super()._give(prompt, answer)
        await self._wait_to_say(prompt)
        await self.phone.say(answer)
        return prompt == "say-expiry" and await self._key_all_of_it(prompt)

    def _is_wrong(self, prompt: str) -> bool:
        """Whether this is put to the caller of a number that they did not mean."""
        misheard = prompt == "or-say-yes-or-no" and self._last != NUMBER[-_GROUP:]
        return misheard or (prompt == "is-that-right" and self._number == WRONG)

    async def _wait_to_say(self, prompt: str) -> None:
        if prompt in _OVER and self._times[prompt] == 1:
            await asyncio.sleep(_OVER[prompt])
        else:
            await self.phone.wait_quiet()

    async def _key_all_of_it(self, prompt: str) -> bool:
        """When half of the date was understood; whether the caller has left because nothing was."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PROGRESS_SECONDS):
                await self._half.wait()
        if not self._half.is_set():
            return await super()._give(prompt, HANG_UP)
        self.show(f"{EXPIRY}#", True)
        await self.phone.press(f"{EXPIRY}#")
        return False
