"""The recogniser that the settings ask for: the models that are shipped, and the operator's own in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pci.config import SpeechSettings
from speech import SHIPPED, Model, Recogniser
from speech.vosk import VoskRecogniser


def chosen(models: Mapping[str, Path]) -> tuple[Model, ...]:
    """The models by language. One that is shipped is there unless another one takes its place."""
    folders = {language: folder for language, folder in SHIPPED.items() if folder.is_dir()} | dict(models)
    return tuple(Model(language, folder) for language, folder in sorted(folders.items()))


@contextmanager
def recogniser(settings: SpeechSettings) -> Iterator[Recogniser | None]:
    """Load the models, which blocks; None if nobody is to be heard. `ModelMissing`, `ModelBroken`."""
    models = chosen(settings.models) if settings.listeners else ()
    if not models:
        yield None
        return
    with VoskRecogniser.open(models, threads=settings.threads, listeners=settings.listeners) as opened:
        yield opened
