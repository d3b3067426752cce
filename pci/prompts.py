"""Where the recordings lie that the card side plays."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class Prompts:
    """Prompt ids to the sounds of a folder: `<folder>/<language>/<id>.wav`. Asterisk must be able to read them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def media(self, prompts: Iterable[str], language: str) -> list[str]:
        """What Asterisk is told to play: a path without its extension, so that it picks the best format."""
        return [f"sound:{self._folder / language / prompt}" for prompt in prompts]

    def has_all(self, prompts: Iterable[str], language: str) -> bool:
        """Whether every one of the prompts is there in this language."""
        return all((self._folder / language / f"{prompt}.wav").is_file() for prompt in prompts)
