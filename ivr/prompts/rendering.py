"""From a prompt, with its amounts and dates, to what is played and what it says."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from ivr.flow.spoken import Part, Prompt, SpokenBrand, SpokenDigits, SpokenIn, SpokenNumber
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.english import English
from ivr.prompts.errors import TooManyDigits, UnknownLanguage
from ivr.prompts.french import French
from ivr.prompts.italian import Italian
from ivr.prompts.polish import Polish
from ivr.prompts.portuguese import Portuguese
from ivr.prompts.spanish import Spanish
from ivr.prompts.spoken import Language, Spoken, Words

# to add a language: docs/howto/add-a-language.md
LANGUAGES: dict[str, Language] = {
    "en": English(),
    "es": Spanish(),
    "fr": French(),
    "it": Italian(),
    "pl": Polish(),
    "pt": Portuguese(),
}

_GROUP = 3  # digits that one hears as one
MOST_DIGITS = 4  # as many digits of a card as may be shown or said


def render(prompt: Prompt, language: str, catalogue: Catalogue) -> Spoken:
    """The recordings to play for `prompt` and its text; PromptError if one of its parts cannot be said."""
    parts = [_render_part(part, language, catalogue) for part in prompt]
    return Spoken(tuple(prompt_id for part in parts for prompt_id in part.ids), _sentence(prompt, parts))


def _render_part(part: Part, language: str, catalogue: Catalogue) -> Spoken:
    match part:
        case str():
            return Spoken((part,), catalogue.text(part, language))
        case Money():
            return _phrase(_language(language).money(part), language, catalogue)
        case date():
            return _phrase(_language(language).day(part), language, catalogue)
        case Decimal():
            return _phrase(_language(language).number(part), language, catalogue)
        case SpokenDigits():
            return _phrase(_language(language).digits(_few(part.digits)), language, catalogue)
        case SpokenNumber():
            return _number(part.number, language, catalogue)
        case SpokenIn():
            said = [catalogue.text(prompt_id, part.language) for prompt_id in part.prompts]
            return Spoken(tuple(f"{part.language}/{prompt_id}" for prompt_id in part.prompts), f"{' '.join(said)}.")
        case SpokenBrand():
            return _render_part(f"brand-{part.brand.value}", language, catalogue)


def _phrase(words: Words, language: str, catalogue: Catalogue) -> Spoken:
    """Recordings in a row, each written as it is said, but numbers in figures."""
    parts = [Spoken((word,), catalogue.text(word, language)) if isinstance(word, str) else word for word in words]
    return Spoken(tuple(prompt_id for part in parts for prompt_id in part.ids), " ".join(part.text for part in parts))


def _language(name: str) -> Language:
    try:
        return LANGUAGES[name]
    except KeyError:
        raise UnknownLanguage(name) from None


def _number(number: str, language: str, catalogue: Catalogue) -> Spoken:
    """A telephone number in groups, the first of which may be short."""
    digits = re.sub("[^0-9]", "", number)
    first = len(digits) % _GROUP or _GROUP
    groups = [digits[:first], *(digits[at : at + _GROUP] for at in range(first, len(digits), _GROUP))]
    said = [_phrase(_language(language).digits(group), language, catalogue) for group in groups]
    return Spoken(tuple(prompt_id for part in said for prompt_id in part.ids), ", ".join(part.text for part in said))


def _few(digits: str) -> str:
    """The digits, if they may be said; the refusal does not repeat them."""
    if not (1 <= len(digits) <= MOST_DIGITS and digits.isascii() and digits.isdigit()):
        raise TooManyDigits
    return digits


def _sentence(prompt: Prompt, parts: list[Spoken]) -> str:
    """The texts in a row, with a full stop where a value ends a sentence and a prompt begins the next."""
    text = ""
    after_value = False
    for part, spoken in zip(prompt, parts, strict=True):
        is_prompt = isinstance(part, str)
        stop = "." if after_value and is_prompt and spoken.text[0].isupper() else ""
        text = f"{text}{stop} {spoken.text}" if text else spoken.text
        after_value = not is_prompt and not isinstance(part, SpokenBrand | SpokenIn)
    return text
