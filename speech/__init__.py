"""Speech: what a person said, out of 8 kHz telephone audio. Knows sounds and words; knows no calls and no cards.

    with VoskRecogniser.open([Model("en", SHIPPED["en"])]) as recogniser:       # speech.vosk
        listener = recogniser.listen(Grammar(frozenset({"one", "two", "three"})))
        for heard in await listener.feed(audio):                                # as it comes
            ...
        listener.close()

`speech.digits` reads digits out of what was heard; `speech.scripted` is a recogniser for tests.
"""

from speech.errors import ModelBroken, ModelMissing, SpeechError, TooManyListeners, WordUnknown
from speech.model import SHIPPED, Model
from speech.recogniser import GARBAGE, RATE, Alternative, Grammar, Heard, Listener, Recogniser

__all__ = [
    "GARBAGE",
    "RATE",
    "SHIPPED",
    "Alternative",
    "Grammar",
    "Heard",
    "Listener",
    "Model",
    "ModelBroken",
    "ModelMissing",
    "Recogniser",
    "SpeechError",
    "TooManyListeners",
    "WordUnknown",
]
