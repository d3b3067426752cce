"""What can go wrong with hearing, as one tree.

    SpeechError
    ├── ModelMissing        nothing here hears this language
    ├── ModelBroken         what should be a model is none
    ├── WordUnknown         the model can never hear a word that was asked for
    └── TooManyListeners    more people speak than this machine can hear

The docstring of a class is its message; a text is given only where it says more. None holds what a person said.
"""

from __future__ import annotations


class SpeechError(Exception):
    """Nobody can be heard."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__class__.__doc__)


class ModelMissing(SpeechError):
    """No speech model is set up for this language: name one under [speech.models] in pci.toml."""


class ModelBroken(SpeechError):
    """The folder holds no Vosk model that can be loaded: unpack it anew."""


class WordUnknown(SpeechError):
    """The speech model does not know a word that it should listen for: use another word, or a larger model."""


class TooManyListeners(SpeechError):
    """As many callers are heard as may be at once: raise [speech] listeners in pci.toml, or let callers use keys."""
