"""What a prompt says, written plainly: for tests that read it and do not hear it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ivr.flow.spoken import Part, SpokenBrand, SpokenDigits, SpokenIn, SpokenNumber
from ivr.money import Money


def written(part: Part, texts: Mapping[str, str]) -> str:
    """One part of a prompt; `texts` are those of the prompts, by id."""
    match part:
        case str():
            return texts[part]
        case Money():
            return f"{part} {part.currency}"
        case Decimal():
            return f"{part:f}"
        case date():
            return part.isoformat()
        case SpokenDigits():
            return " ".join(part.digits)
        case SpokenNumber():
            return " ".join(part.number)
        case SpokenIn():
            return f"[{part.language}] " + " ".join(texts[prompt] for prompt in part.prompts)
        case SpokenBrand():
            return texts[f"brand-{part.brand}"]
