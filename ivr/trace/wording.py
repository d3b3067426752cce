"""Prompts as a trace writes them: ids and values, with dots for digits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ivr.flow.call import Part, Prompt, SpokenBrand, SpokenDigits, SpokenNumber
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.errors import UnknownPrompt


def written(prompt: Prompt) -> tuple[str, ...]:
    """Each part in a word."""
    return tuple(map(_part, prompt))


def text(prompt: Prompt, language: str, catalogue: Catalogue) -> str:
    """What the prompt says, with values as one writes them."""
    return " ".join(_text(_part(part), language, catalogue) for part in prompt)


def _part(part: Part) -> str:
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
    try:
        return catalogue.text(word, language)
    except UnknownPrompt:  # a value, which no prompt is called
        return word
