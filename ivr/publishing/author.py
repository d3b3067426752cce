"""Who publishes, and what they say about it."""

from __future__ import annotations

import os
import pwd

from ivr.errors import ConfigError

_LONGEST = {"author": 80, "note": 500}


def system_user() -> str:
    """The user that runs this program."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def checked(kind: str, words: str) -> str:
    """An author or a note, fit to be kept; ConfigError says what to write instead."""
    text = " ".join(words.split())
    if not text or not text.isprintable() or len(text) > _LONGEST[kind]:
        raise ConfigError(f"--{kind}: write a line of 1 to {_LONGEST[kind]} characters")
    return text
