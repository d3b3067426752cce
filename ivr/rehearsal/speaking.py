"""What a caller says in a rehearsed call, as a recogniser without fault would hear it."""

from __future__ import annotations

from ivr.understanding.lexicon import plain, spoken
from ivr.understanding.listening import Listening, Said
from speech.recogniser import GARBAGE, Alternative


def understood(text: str, listening: Listening) -> Said:
    """What the words of `text` come to; words that are not listened for are noise."""
    known = {plain(word): word for word in listening.words}
    words = tuple(known.get(plain(word), GARBAGE) for word in spoken(text))
    return listening.understand([[Alternative(words, 0.0)]])
