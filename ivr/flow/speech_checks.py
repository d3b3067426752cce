"""Lints of speech: words that nobody hears, and words that cannot be told from each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ivr.flow.inputs import Answered
from ivr.flow.loader import Source
from ivr.flow.phrases import in_language
from ivr.flow.problems import Code, Problem, quoted
from ivr.flow.source import find, get, locate
from ivr.flow.steps.menu import Menu
from ivr.understanding.lexicon import plain
from ivr.understanding.lexicons import LEXICONS
from ivr.understanding.questions import number

_VOWELS: Final = frozenset("aeiouy")
_SHORTEST: Final = 3  # letters, of words that one letter alone does not tell apart


def speech(source: Source) -> Iterator[Problem]:
    """Everything that is wrong with what callers may say."""
    yield from _languages(source)
    for name, placed in source.flow.steps.items():
        if isinstance(placed.step, Menu):
            yield from _unheard(source, name, placed.step)
            if placed.step.by_speech():
                yield from _alike(source, name, placed.step)


def _languages(source: Source) -> Iterator[Problem]:
    """Languages in which nobody is understood, though a caller may speak."""
    speaks = any(
        isinstance(placed.step, Answered) and placed.step.by_speech() for placed in source.flow.steps.values()
    )
    for index, language in enumerate(source.flow.languages if speaks else ()):
        if language not in LEXICONS:
            what = f"callers who speak {quoted(language)} are not understood, and this flow lets them speak"
            mend = f"remove speech from input, or use one of: {', '.join(LEXICONS)}"
            yield source.problem(["languages", index], Code.UNHEARD, what, mend)


def _unheard(source: Source, name: str, menu: Menu) -> Iterator[Problem]:
    """Words that can never be understood."""
    for key, phrases in menu.words.items():
        path = ["steps", name, "menu", "words", key]
        if not menu.by_speech():
            what, mend = "nobody listens to these words", "add input: [keypad, speech] to the menu, or remove words"
            yield source.problem(path[:-1], Code.UNHEARD, what, mend)
            return
        if key not in menu.choices:
            what = f"{quoted(key)} is none of the choices, so its words lead nowhere"
            yield source.problem(path, Code.UNHEARD, what, f"add {key} to choices, or remove it here")
        for language in source.flow.languages if isinstance(phrases, dict) else ():
            if language not in phrases:
                what = f"there are no words for {quoted(key)} in {quoted(language)}"
                yield source.problem(path, Code.LANGUAGE_GAP, what, f"add {language}: and what callers say in it")
        for phrase in dict.fromkeys(
            word for language in source.flow.languages for word in in_language(phrases, language)
        ):
            mute = next((word for word in phrase.split() if not _VOWELS & set(plain(word))), None)
            if mute:
                at = find(get(source.tree, path), phrase) or locate(source.tree, path)
                what = f"{quoted(mute)} has no vowel, so nobody knows how it is said"
                yield Problem(source.file, at, Code.UNHEARD, what, "write it as it is spoken, as in tee vee for TV")


def _alike(source: Source, name: str, menu: Menu) -> Iterator[Problem]:
    """Two choices for which nearly the same is said."""
    words = get(source.tree, ["steps", name, "menu", "words"]) if menu.words else None
    told: set[tuple[str, str]] = set()
    for language in source.flow.languages if words else ():
        own = [(key, phrase) for key, phrases in menu.phrases(language).items() for phrase in phrases]
        every = own + _common(source, menu, language)
        pairs = ((mine, other) for place, mine in enumerate(own) for other in every[place + 1 :])
        for (key, phrase), (other, rival) in pairs:
            if words and key != other and (phrase, rival) not in told and _near(plain(phrase), plain(rival)):
                told.add((phrase, rival))
                same = "the same" if plain(phrase) == plain(rival) else "nearly the same"
                what = f"{quoted(phrase)} for {key} and {quoted(rival)} for {other} sound {same}"
                mend = "choose words that differ more"
                yield Problem(source.file, find(words, phrase) or words.at, Code.WORDS_ALIKE, what, mend)


def _common(source: Source, menu: Menu, language: str) -> list[tuple[str, str]]:
    """What every question understands, and what it leads to."""
    lexicon = LEXICONS.get(language)
    if lexicon is None:
        return []
    common = [(key, word) for key in menu.choices for word in number(key, lexicon)]
    common += [("hearing it again", phrase) for phrase in lexicon.again]
    helpline = source.flow.person
    if helpline and helpline.step not in menu.choices.values():
        common += [("a person", phrase) for phrase in lexicon.person]
    return common


def _near(one: str, other: str) -> bool:
    """Whether one letter more, less or else makes one of the other."""
    if one == other:
        return True
    if min(len(one), len(other)) < _SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == len(longer):
        return sum(a != b for a, b in zip(shorter, longer, strict=True)) == 1
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
