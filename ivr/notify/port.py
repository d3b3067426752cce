"""What every SMS gateway is to the rest of the call side."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Protocol

MOST_CHARACTERS: Final = 1600
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Sms:
    """A text message to an E.164 number. Its repr shows neither: both are the receiver's own."""

    to: str = field(repr=False)
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not is_e164(self.to):
            raise ValueError("a text message goes to a number such as +15550100123")
        if not 0 < len(self.text) <= MOST_CHARACTERS:
            raise ValueError(f"a text message has 1 to {MOST_CHARACTERS} characters")


def is_e164(number: str) -> bool:
    """Whether it is an international number: + and 7 to 15 digits."""
    return _E164.fullmatch(number) is not None


class Notifier(Protocol):
    """A gateway that takes text messages."""

    async def send(self, sms: Sms) -> str:
        """Hand the message over; the gateway's id of it. `NotifyError` if the gateway did not take it."""
