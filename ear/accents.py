"""Digits as people say them whose first language is another, for a voice that speaks phonemes.

A voice of another language that reads English words pronounces them as the English do, with its own melody: the
sounds have to be told to it. They are Kokoro's: IPA, with A for ei, I for ai, O for ou. They are written from what
the sounds of these languages are, not taken from recordings.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from ear.speakers import ENGLISH, FOREIGN, Mixture

Accent = Mapping[str, tuple[str, ...]]
"""Ways to say each of the words."""

PLAIN: Final[Accent] = {
    "zero": ("zˈɪɹO", "zˈɪɹoʊ", "zˈiːɹO"), "oh": ("ˈO", "ˈo", "ˈoː"), "one": ("wˈʌn",), "two": ("tˈu", "tˈuː"),
    "three": ("θɹˈi", "θɹˈiː"), "four": ("fˈɔɹ", "fˈɔː"), "five": ("fˈIv",), "six": ("sˈɪks",),
    "seven": ("sˈɛvən", "sˈɛvn"), "eight": ("ˈAt",), "nine": ("nˈIn",),
    "double": ("dˈʌbᵊl",), "triple": ("tɹˈɪpᵊl",),
}  # fmt: skip
INDIA: Final[Accent] = {
    "zero": ("zˈiːɾo", "ʤˈiːɾo", "zˈɪɾoː", "ʤˈɪɾo"), "one": ("ʋˈən", "wˈan", "ʋˈan", "wˈɐn"), "two": ("ʈˈuː", "tˈu"),
    "three": ("tʰɾˈiː", "tɾˈiː", "θɾˈiː"), "four": ("fˈoːɾ", "fˈoːr", "pʰˈoːɾ", "fˈɔr"),
    "five": ("fˈaːiʋ", "fˈaiv", "fˈaɪʋ"), "six": ("sˈiks", "sˈɪks"),
    "seven": ("sˈeʋən", "sˈɛʋən", "sˈeːʋen", "sˈɛwən"), "eight": ("ˈeːʈ", "ˈeʈ", "ˈɛʈ"),
    "nine": ("nˈaːin", "nˈain", "nˈaɪn"), "double": ("ɖˈəbəl", "dˈabəl"), "triple": ("ʈɾˈipəl", "tɾˈɪpəl"),
}  # fmt: skip
GERMANY: Final[Accent] = {
    "zero": ("zˈiːʁo", "zˈɪʁo", "ʦˈeːʁo"), "one": ("wˈan", "vˈan", "vˈʌn"), "two": ("tˈuː", "tˈu"),
    "three": ("sʁˈiː", "θʁˈiː", "tʁˈiː", "fʁˈiː"), "four": ("fˈɔːɐ", "fˈoːɐ"), "five": ("fˈaɪf", "fˈIf"),
    "six": ("zˈɪks", "sˈɪks"), "seven": ("zˈɛvən", "sˈɛvn", "zˈɛfən"), "eight": ("ˈeːt", "ˈɛɪt", "ˈɛːt"),
    "nine": ("nˈaɪn",), "double": ("dˈabəl",), "triple": ("tʁˈɪpəl",),
}  # fmt: skip
FRANCE: Final[Accent] = {
    "zero": ("zˈiʁo", "zeʁˈo"), "one": ("wˈan", "wˈɔn", "wˈœn"), "two": ("tˈu", "tˈy"),
    "three": ("sʁˈi", "tʁˈi", "fʁˈi", "zʁˈi"), "four": ("fˈɔʁ", "fˈoʁ"), "five": ("fˈajv", "fˈaif"),
    "six": ("sˈiks",), "seven": ("sevˈɛn", "sˈɛvɛn", "sˈevən"), "eight": ("ˈɛt", "ˈejt"), "nine": ("nˈajn",),
    "double": ("dˈœbl", "dˈubəl"), "triple": ("tʁˈipəl",),
}  # fmt: skip
SOUTH: Final[Accent] = {
    "zero": ("zˈero", "sˈeɾo", "ʣˈero", "zˈiɾo"), "one": ("wˈan", "ɣwˈan", "wˈon"), "two": ("tˈu",),
    "three": ("tɾˈi", "θɾˈi", "sɾˈi", "fɾˈi"), "four": ("fˈor", "fˈoɾ"), "five": ("fˈaif", "fˈaiβ", "fˈaiv"),
    "six": ("sˈiks", "sˈis"), "seven": ("sˈeβen", "sˈeven"), "eight": ("ˈeit", "ˈet"), "nine": ("nˈain",),
    "double": ("dˈaβel", "dˈabol"), "triple": ("tɾˈipel",),
}  # fmt: skip
EAST: Final[Accent] = {
    "zero": ("zˈero", "zˈiro"), "one": ("vˈan", "wˈan", "wˈon"), "two": ("tˈu",),
    "three": ("srˈi", "trˈi", "θrˈi", "frˈi"), "four": ("fˈor", "fˈɔr"), "five": ("fˈajf", "fˈajv"),
    "six": ("sˈiks",), "seven": ("sˈeven", "sˈɛvɛn"), "eight": ("ˈejt", "ˈɛjt"), "nine": ("nˈajn",),
    "double": ("dˈabl",), "triple": ("trˈipl",),
}  # fmt: skip
FAR_EAST: Final[Accent] = {
    "zero": ("zˈilO", "ʤˈiɾo", "zˈiloʊ", "ʣˈeɾo"), "one": ("wˈan", "wˈɑŋ", "wˈɔn"), "two": ("tʰˈu", "tˈu"),
    "three": ("sɹˈi", "swˈi", "sˈɯɾi", "fɹˈi"), "four": ("fˈo", "fˈɔ", "fˈoː"), "five": ("fˈaɪ", "fˈaifɯ", "fˈaɪf"),
    "six": ("sˈikɯsɯ", "sˈiks", "sˈɪksə"), "seven": ("sˈɛbɯn", "sˈɛwən", "sˈɛvən"), "eight": ("ˈeːto", "ˈeɪ", "ˈeit"),
    "nine": ("nˈain", "nˈaɪ"), "double": ("dˈabɯɾɯ", "dˈʌbo"), "triple": ("tɹˈipo", "tˈoɾipɯɾɯ"),
}  # fmt: skip
SCOTLAND: Final[Accent] = {
    "zero": ("zˈiːɾo",), "oh": ("ˈo",), "one": ("wˈɔn", "wˈʌn"), "two": ("tˈy", "tˈu"),
    "three": ("θɾˈiː", "tɾˈi", "tˈɹi"), "four": ("fˈoɾ", "fˈɔːɾ"), "five": ("fˈʌɪv", "fˈɔɪv"),
    "six": ("sˈɪks", "sˈɛks"), "seven": ("sˈɛvən", "sˈɪvən"), "eight": ("ˈeːt", "ˈet"), "nine": ("nˈʌɪn", "nˈɔɪn"),
}  # fmt: skip
DRAWL: Final[Accent] = {
    "zero": ("zˈɪəɹO", "zˈiɹə"), "one": ("wˈʌːn", "wˈɔn"), "three": ("θɹˈɪi", "fɹˈi"), "four": ("fˈoʊɹ", "fˈoʊ"),
    "five": ("fˈɑːv", "fˈaːv"), "six": ("sˈɪjks",), "seven": ("sˈɛbm", "sˈɛvm"), "eight": ("ˈæIt", "ˈAʔ"),
    "nine": ("nˈɑːn", "nˈaːn"),
}  # fmt: skip

ACCENTS: Final = (INDIA, INDIA, GERMANY, FRANCE, SOUTH, EAST, FAR_EAST, SCOTLAND, DRAWL, PLAIN)
NATIVE: Final = 0.2
"""How often a word is said as the English do all the same."""


def any_speaker(dice: random.Random) -> Mixture:
    """Voices of other languages as often as English ones."""
    first, second = (dice.choice(FOREIGN if dice.random() < 0.5 else ENGLISH) for _ in range(2))
    return Mixture(first, second, 1.0 if dice.random() < 0.3 else dice.uniform(0.2, 0.8), british=False)


def any_accent(dice: random.Random) -> dict[str, str]:
    """How somebody says each of the words."""
    accent = dice.choice(ACCENTS)
    return {
        word: dice.choice(PLAIN[word] if dice.random() < NATIVE else accent.get(word, ways))
        for word, ways in PLAIN.items()
    }
