"""What an agent writes about a call, and what a payment is for: anything but a card number."""

from __future__ import annotations

import re
from typing import Final

from ivr.agents.errors import CardInNotes, NotesTooLong, WrongReference
from ivr.log import holds_card_number

MOST: Final = 4000
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,19}")
# however the digits are kept apart: blanks, dashes, dots, line ends, two or three of them at a time
_RUN: Final = re.compile(r"\d(?:[\W_]{0,3}\d){12,}")


def checked_notes(notes: str) -> str:
    """The notes as they are kept; CardInNotes and NotesTooLong."""
    if len(notes) > MOST:
        raise NotesTooLong
    if any(holds_card_number(run[0]) for run in _RUN.finditer(notes)):
        raise CardInNotes
    return notes.strip()


def checked_reference(reference: str) -> str:
    """What a payment is for; CardInNotes and WrongReference."""
    if not _REFERENCE.fullmatch(checked_notes(reference)):
        raise WrongReference
    return reference
