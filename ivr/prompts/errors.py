"""What can be wrong with prompts, as a branch of the tree in `ivr.errors`.

ConfigError
├── CatalogueError      the prompts cannot be used: each problem with its file and line
└── RecordingRefused    a file cannot be the recording of a prompt, and what to do about it
IvrError
└── PromptError         a prompt cannot be said
    ├── UnknownPrompt       no such id, or no text for it in this language
    ├── UnknownLanguage     no module in ivr/prompts speaks it
    ├── AmountTooLarge      there are no words for so much
    └── TooManyDigits       more digits than may be read aloud
"""

from __future__ import annotations

from ivr.errors import ConfigError, IvrError


class CatalogueError(ConfigError):
    """The prompts cannot be used."""


class RecordingRefused(ConfigError):
    """This file cannot be a recording."""


class PromptError(IvrError):
    """A prompt cannot be said."""


class UnknownPrompt(PromptError):
    """There is no such prompt."""

    def __init__(self, prompt_id: str, language: str) -> None:
        super().__init__(f"There is no prompt {prompt_id!r} in {language!r}: add its text to sounds/prompts.yaml.")


class UnknownLanguage(PromptError):
    """Nothing here speaks this language."""

    def __init__(self, language: str) -> None:
        super().__init__(
            f"Nothing here speaks {language!r}: add its module to LANGUAGES in ivr/prompts/rendering.py."
        )


class AmountTooLarge(PromptError):
    """The amount is larger than can be said: it must stay below one trillion."""


class TooManyDigits(PromptError):
    """Digits are read aloud only one to four at a time, 0 to 9: no more of a card may ever be heard."""
