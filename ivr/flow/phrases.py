"""What callers may say for a choice: one phrase or several, for every language of the flow or for each its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from ivr.flow.problems import quoted
from ivr.flow.values import Language, listed
from ivr.understanding.lexicon import spoken

_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_PHRASE = rf"{_WORD}(?: {_WORD}){{0,5}}"
_EDITORS_WORD = r"[^\s\d_.,;:!?/()\[\]]+"


def _phrase(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = " ".join(value.lower().split())
    if not re.fullmatch(_PHRASE, text):
        raise ValueError(f"{quoted(value)} cannot be heard; write up to six words in letters, as in pay my bill")
    return " ".join(spoken(text))


Phrase = Annotated[
    str,
    BeforeValidator(_phrase),
    WithJsonSchema({"type": "string", "pattern": rf"^\s*{_EDITORS_WORD}(\s+{_EDITORS_WORD}){{0,5}}\s*$"}),
]
Several = Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=20), BeforeValidator(listed)]


def _how(value: object) -> str:
    return "by-language" if isinstance(value, Mapping) else "phrases"


Phrases = Annotated[
    Annotated[Several, Tag("phrases")] | Annotated[dict[Language, Several], Tag("by-language")], Discriminator(_how)
]


def in_language(phrases: tuple[str, ...] | Mapping[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    """Those for a language; none if there are none for it."""
    return phrases.get(language, ()) if isinstance(phrases, Mapping) else phrases
