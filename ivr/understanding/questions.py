"""What kinds of questions listen for: a choice, yes or no, digits, an amount, a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from ivr.understanding.amounts import amounts
from ivr.understanding.days import days
from ivr.understanding.lexicon import Lexicon, plain, spoken
from ivr.understanding.lexicons import LEXICONS
from ivr.understanding.listening import AGAIN, PERSON, Listening, Meaning, Stretches, joined
from ivr.understanding.numbers import numbers
from speech.digits import WORDS as ENGLISH_DIGITS
from speech.digits import Command, spoken_digits

_ENGLISH: Final = "en"
_UNLIKELIER: Final = 4.5  # the cost of a less natural reading: above a doubt, or everything would be asked twice
_NEVER_WHOLE: Final = 100
_MOST_OTHER_DIGITS: Final = 1  # "to pay" sounds like "two pay"; but a story is heard as many digits
_MOST_BESIDE_YES: Final = 2  # other words: "yes, that's right"; in a story a yes is no answer
_COMMANDS: Final = {Command.AGENT: PERSON, Command.REPEAT: AGAIN}

Phrases = Mapping[str, Iterable[str]]
"""Phrases by the keys that they stand for."""
Spelled = tuple[str, ...]
"""The plain words of a phrase."""
Counts = Callable[[str, Sequence[str], int], bool]
"""Whether a key that was named counts, among these plain words, so many of which name nothing."""


def for_choice(language: str, phrases: Phrases, *, person: bool = False) -> Listening | None:
    """One of several things, by its phrases or its key: `{"1": ["pay my bill"], "9": []}`.

    None if nothing is understood in this language. With `person` the caller may ask for one.
    """
    lexicon = LEXICONS.get(language)
    if lexicon is None:
        return None
    return _for_phrases(language, _with_numbers(phrases, lexicon), lexicon, person=person)


def for_yes_or_no(language: str, yes: str, no: str, other: str = "", *, person: bool = False) -> Listening | None:
    """Yes or no, as the keys that stand for them, or one more key by its number. None as in `for_choice`.

    An echo of the question must not be taken for the answer: what is said before its end does not count.
    """
    lexicon = LEXICONS.get(language)
    if lexicon is None:
        return None
    phrases = {yes: lexicon.yes, no: lexicon.no} | ({other: ()} if other else {})
    sure = {plain(word) for word in (lexicon.yes[0], *number(yes, lexicon))}

    def counts(key: str, words: Sequence[str], others: int) -> bool:
        """No word is listened for that would make "not right" of "right", so only yes itself stands among others."""
        return key != yes or others <= (_MOST_BESIDE_YES if sure.intersection(words) else 0)

    listening = _for_phrases(language, _with_numbers(phrases, lexicon), lexicon, person=person, counts=counts)
    return replace(listening, barge_in=False)


def for_digits(language: str, least: int, most: int, *, person: bool = False) -> Listening | None:
    """From `least` to `most` digits, one by one or in groups. None as in `for_choice`."""
    lexicon = LEXICONS.get(language)
    if lexicon is None:
        return None
    wishes = _wishes(lexicon, person=person)
    read = _english_digits(person) if language == _ENGLISH else _listed_digits(lexicon, wishes)
    said = ENGLISH_DIGITS if language == _ENGLISH else lexicon.digits_said()
    return Listening(
        language,
        _words([*said, *_of(wishes)]),
        lambda stretches: _fitting(read(stretches), lambda keys: least <= len(keys) <= most),
        most=most,
        pause=2.0,
        doubtful=0.0,
    )


def for_amount(
    language: str, currency: str, fits: Callable[[str], bool], *, person: bool = False
) -> Listening | None:
    """An amount of money, as it would be keyed, that `fits` if it can. None as in `for_choice`."""
    lexicon = LEXICONS.get(language)
    if lexicon is None:
        return None
    known, said = lexicon, lexicon.amount_said(currency)
    return _for_written(
        language, said, lambda words: amounts(words, known, currency), fits, _wishes(lexicon, person=person)
    )


def for_day(language: str, today: date, fits: Callable[[str], bool], *, person: bool = False) -> Listening | None:
    """A day, as it would be keyed, that `fits` if it can. None as in `for_choice`."""
    lexicon = LEXICONS.get(language)
    if lexicon is None:
        return None
    said = lexicon.days_said()
    return _for_written(
        language, said, lambda words: days(words, language, today), fits, _wishes(lexicon, person=person)
    )


def _for_written(
    language: str,
    said: Iterable[str],
    written: Callable[[Sequence[str]], Sequence[str]],
    fits: Callable[[str], bool],
    wishes: Phrases,
) -> Listening:
    """What is said as a whole and written down in one way or another, the most natural first; it is read back."""
    spelled = _spelled(wishes)

    def readings(words: Sequence[str]) -> Sequence[str]:
        wish = _chosen(_plain(words), spelled)
        return [wish] if wish else written(words) or [""]

    def read(stretches: Stretches) -> list[Meaning]:
        return [
            Meaning(keys, way.score - _UNLIKELIER * place)
            for way in joined(stretches)
            for place, keys in enumerate(readings(way.words))
        ]

    return Listening(
        language,
        _words([*said, *_of(wishes)]),
        lambda stretches: _fitting(read(stretches), fits),
        most=_NEVER_WHOLE,
        pause=2.0,
        doubtful=0.0,
    )


def _for_phrases(
    language: str, phrases: Phrases, lexicon: Lexicon, *, person: bool, counts: Counts = lambda *_: True
) -> Listening:
    every = {**phrases, **_wishes(lexicon, person=person)}
    spelled = _spelled(every)
    digits = frozenset(map(plain, lexicon.ones[:10])) - set(map(plain, _words(_of(every))))

    def meaning(heard: Sequence[str]) -> str:
        words = _plain(heard)
        if sum(word in digits for word in words) > _MOST_OTHER_DIGITS:
            return ""  # a story
        key, others = _named(words, spelled)
        return key if counts(key, words, others) else ""

    def read(stretches: Stretches) -> list[Meaning]:
        return [Meaning(meaning(way.words), way.score) for way in joined(stretches)]

    # a digit that is no choice is heard as what it is, not as the choice that sounds most like it
    return Listening(language, _words([*_of(every), *lexicon.ones[:10]]), read)


def _with_numbers(phrases: Phrases, lexicon: Lexicon) -> Phrases:
    return {key: (*said, *number(key, lexicon)) for key, said in phrases.items()}


def _spelled(phrases: Phrases) -> Mapping[str, Sequence[Spelled]]:
    return {key: [tuple(map(plain, spoken(phrase))) for phrase in said] for key, said in phrases.items()}


def _wishes(lexicon: Lexicon, *, person: bool) -> Phrases:
    """What may be said instead of an answer."""
    return {AGAIN: lexicon.again, PERSON: lexicon.person} if person else {AGAIN: lexicon.again}


def _plain(words: Sequence[str]) -> Spelled:
    return tuple(map(plain, words))


def _chosen(words: Spelled, phrases: Mapping[str, Sequence[Spelled]]) -> str:
    return _named(words, phrases)[0]


def _named(words: Spelled, phrases: Mapping[str, Sequence[Spelled]]) -> tuple[str, int]:
    """The one thing that was named, "" if none was, or several; and how many words are no part of any.

    A longer phrase counts before a shorter one in it, and a person before everything.
    """
    known = {phrase: key for key, said in phrases.items() for phrase in said}
    longest = max(map(len, known), default=1)
    named: set[str] = set()
    at = others = 0
    while at < len(words):
        lengths = range(longest, 0, -1)
        phrase = next((words[at : at + length] for length in lengths if words[at : at + length] in known), ())
        named |= {known[phrase]} if phrase else set()
        others += not phrase
        at += len(phrase) or 1
    if PERSON in named:
        return PERSON, others
    return (named.pop() if len(named) == 1 else ""), others


def _english_digits(person: bool) -> Callable[[Stretches], list[Meaning]]:
    def read(stretches: Stretches) -> list[Meaning]:
        meanings = []
        for reading in spoken_digits(stretches):
            wish = _COMMANDS.get(reading.command) if reading.command else None
            wish = None if wish == PERSON and not person else wish
            story = reading.garbage > len(reading.digits)
            meanings.append(Meaning(wish or ("" if story else reading.digits), reading.score))
        return meanings

    return read


def _listed_digits(lexicon: Lexicon, wishes: Phrases) -> Callable[[Stretches], list[Meaning]]:
    spelled = _spelled(wishes)

    def read(stretches: Stretches) -> list[Meaning]:
        return [
            Meaning(_chosen(_plain(way.words), spelled) or _digits_of(way.words, lexicon), way.score)
            for way in joined(stretches)
        ]

    return read


def _digits_of(words: Sequence[str], lexicon: Lexicon) -> str:
    """Every number as it is written, one after another; twice what follows the word for it."""
    twice = frozenset(map(plain, lexicon.twice))
    digits, times = "", 1
    for item in numbers(words, lexicon):
        if isinstance(item, int):
            digits += str(item) * times
        times = 2 if item in twice else 1
    return digits


def _fitting(meanings: Sequence[Meaning], fits: Callable[[str], bool]) -> list[Meaning]:
    """Those that fit the question, and wishes; all of them if there are none."""
    return [m for m in meanings if m.keys in (AGAIN, PERSON) or fits(m.keys)] or list(meanings)


def number(key: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The words for a key: "one"; none for star and pound."""
    if not key.isdecimal():
        return ()
    return (lexicon.ones[int(key)], *(word for word, value in lexicon.also.items() if value == int(key)))


def _of(phrases: Phrases) -> Iterator[str]:
    for said in phrases.values():
        yield from said


def _words(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word for phrase in phrases for word in spoken(phrase)}))
