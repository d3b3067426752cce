"""Prompts as a trace writes them: ids and values, with dots for digits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ivr.flow.spoken import Part, Prompt, SpokenBrand, SpokenDigits, SpokenIn, SpokenNumber
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.errors import UnknownPrompt


def written(prompt: Prompt) -> tuple[str, ...]:
    """Each part in a word."""
    return tuple(word for part in prompt for word in _words(part))


def text(prompt: Prompt, language: str, catalogue: Catalogue) -> str:
    """What the prompt says, with values as one writes them."""
    return " ".join(_text(word, language, catalogue) for word in written(prompt))


def _words(part: Part) -> tuple[str, ...]:
    if isinstance(part, SpokenIn):
        return tuple(f"{part.language}/{prompt_id}" for prompt_id in part.prompts)
    return (_part(part),)


def _part(part: str | Money | date | Decimal | SpokenDigits | SpokenNumber | SpokenBrand) -> str:
    match part:
        case str():
            return part
        case Money():
            return f"{part} {part.currency}"
        case Decimal():
            return f"{part:f}"
        case date():
            return part.isoformat()
        case SpokenDigits():
            return "•" * len(part.digits)
        case SpokenNumber():
            return "•••"
        case SpokenBrand():
            return f"brand-{part.brand}"


def _text(word: str, language: str, catalogue: Catalogue) -> str:
    own, _, prompt_id = word.rpartition("/")
    try:
        return catalogue.text(prompt_id, own or language)
    except UnknownPrompt:  # a value, which no prompt is called
        return word
