"""Telephone numbers and e-mail addresses: what may stand where a message is meant to go."""

from __future__ import annotations

import re
from typing import Final

LONGEST_EMAIL: Final = 254
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)")
_LONGEST_LOCAL_PART = 64


def is_e164(number: str) -> bool:
    """Whether it is an international number: + and 7 to 15 digits."""
    return _E164.fullmatch(number) is not None


def is_email(address: str) -> bool:
    """Whether it is an address such as ada@example.com: ASCII, without quotes, comments and blanks."""
    match = _EMAIL.fullmatch(address) if len(address) <= LONGEST_EMAIL else None
    return match is not None and len(match[1]) <= _LONGEST_LOCAL_PART
