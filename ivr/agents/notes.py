"""What an agent writes about a call: anything but a card number."""

from __future__ import annotations

import re
from typing import Final

from ivr.agents.errors import CardInNotes, NotesTooLong
from ivr.log import holds_card_number

MOST: Final = 4000
# however the digits are kept apart: blanks, dashes, dots, line ends, two or three of them at a time
_RUN: Final = re.compile(r"\d(?:[\W_]{0,3}\d){12,}")


def checked_notes(notes: str) -> str:
    """The notes as they are kept; CardInNotes and NotesTooLong."""
    if len(notes) > MOST:
        raise NotesTooLong
    if any(holds_card_number(run[0]) for run in _RUN.finditer(notes)):
        raise CardInNotes
    return notes.strip()
