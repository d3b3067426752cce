"""A process that hears a spoken number, forgets it, and looks for what is left of it in its own memory.

Its argument is the folder of a model. Prints one line of JSON: how many digits it understood, and how many copies of
their words and of their sound it found when all was closed. What is looked for is kept scrambled until then.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import wave
from contextlib import suppress
from pathlib import Path

from speech import Grammar, Model
from speech.digits import WORDS, spoken_digits
from speech.vosk import VoskRecogniser

SOUNDS = Path(__file__).parents[2] / "sounds" / "en"
NUMBER = "4012888888881881"
PIECE = 960  # bytes: 60 ms
SAMPLE = slice(20_000, 20_064)
WORDS_OF_A_NEEDLE = 4


def sound() -> bytes:
    """The number as our recordings say it, and a pause."""
    said = bytes(8000)
    for digit in NUMBER:
        with wave.open(str(SOUNDS / f"digit-{digit}.wav")) as file:
            said += file.readframes(file.getnframes())
    return said + bytes(32_000)


def scrambled(text: bytes) -> bytes:
    """Not to be found as itself."""
    return bytes(byte ^ 0x55 for byte in text)


async def hear(recogniser: VoskRecogniser) -> tuple[int, bytes, bytes]:
    """Hear the number once: how many digits it was, the first words of it, and a piece of its sound."""
    listener = recogniser.listen(Grammar(recogniser.known(WORDS), careful=True))
    said, stretches = sound(), []
    for start in range(0, len(said), PIECE):
        stretches += [one.alternatives for one in await listener.feed(said[start : start + PIECE]) if one.final]
    stretches += [one.alternatives for one in await listener.finish()]
    listener.close()
    first = max(stretches, key=lambda alternatives: len(alternatives[0].words))[0].words[:WORDS_OF_A_NEEDLE]
    return len(spoken_digits(stretches)[0].digits), scrambled(" ".join(first).encode()), scrambled(said[SAMPLE])


def copies(needles: list[bytes]) -> list[int]:
    """How often each is in the writable memory of this process."""
    found = [0] * len(needles)
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps.read().splitlines():
            area, rights, *_ = line.split()
            begin, end = (int(edge, 16) for edge in area.split("-"))
            if rights.startswith("rw"):
                with suppress(OSError, ValueError):  # such as [vvar]
                    memory.seek(begin)
                    content = memory.read(end - begin)
                    for place, needle in enumerate(needles):
                        found[place] += content.count(needle)
    return found


def main(folder: str) -> None:
    """Hear, forget, look."""
    with VoskRecogniser.open([Model("en", Path(folder))]) as recogniser:
        digits, phrase, piece = asyncio.run(hear(recogniser))
        gc.collect()
        # each needle itself is there once
        words, sound = (count - 1 for count in copies([scrambled(phrase), scrambled(piece)]))
    sys.stdout.write(json.dumps({"digits": digits, "words": words, "sound": sound}))


if __name__ == "__main__":
    main(sys.argv[1])
