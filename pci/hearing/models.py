"""The recogniser that the settings ask for: the models that are shipped, and the operator's own in their place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pci.config import SpeechSettings
from speech import SHIPPED, Model, Recogniser
from speech.vosk import VoskRecogniser


def chosen(settings: SpeechSettings) -> tuple[Model, ...]:
    """The models; none if nobody is to be heard. One that is shipped is there unless another one takes its place."""
    if not settings.listeners:
        return ()
    folders = {language: folder for language, folder in SHIPPED.items() if folder.is_dir()} | settings.models
    return tuple(Model(language, folder) for language, folder in sorted(folders.items()))


@contextmanager
def recogniser(settings: SpeechSettings) -> Iterator[Recogniser | None]:
    """Load the models, which blocks; None if nobody is to be heard. `ModelMissing`, `ModelBroken`."""
    models = chosen(settings)
    if not models:
        yield None
        return
    with VoskRecogniser.open(models, threads=settings.threads, listeners=settings.listeners) as opened:
        yield opened
