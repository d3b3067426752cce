"""A speech model on disk, and whether it is one. Nothing is ever downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from speech.errors import ModelBroken, ModelMissing

SHIPPED: Final[Mapping[str, Path]] = {"en": Path(__file__).parent / "models" / "en-digits"}
"""What comes with Tonewall, by language."""

AGAIN: Final = "again"
"""The folder of a model that may hold another, which hears a second time what may not be wrong: it errs elsewhere."""

_NEEDED: Final = ("am/final.mdl", "conf/model.conf")
_GRAPH: Final = ("graph/HCLr.fst", "graph/Gr.fst")


@dataclass(frozen=True, slots=True)
class Model:
    """A folder with a Vosk model for a language."""

    language: str
    folder: Path

    @property
    def again(self) -> Model | None:
        """The other model that comes with it, if one does. Words that it does not know are not listened for."""
        folder = self.folder / AGAIN
        return Model(self.language, folder) if folder.is_dir() else None

    def check(self) -> None:
        """`ModelMissing` if there is no such folder; `ModelBroken`, which says why, if it cannot be used."""
        if not self.folder.is_dir():
            raise ModelMissing(f"There is no speech model for {self.language!r} in {self.folder}: unpack one there.")
        missing = [name for name in _NEEDED if not (self.folder / name).is_file()]
        if missing:
            raise ModelBroken(
                f"{self.folder} is no Vosk model: {' and '.join(missing)} are not in it. Unpack it anew."
            )
        if not all((self.folder / name).is_file() for name in _GRAPH):
            raise ModelBroken(
                f"{self.folder} cannot listen for a list of words: it has no graph/HCLr.fst and graph/Gr.fst. "
                "Choose a Vosk model with a dynamic graph (most small ones have it)."
            )
        if self.again is not None:
            self.again.check()
