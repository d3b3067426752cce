"""Days in what was said: "March third", "the third of March", "three twelve", "tomorrow", "on Friday"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ivr.understanding.lexicon import Lexicon, plain
from ivr.understanding.lexicons import LEXICONS
from ivr.understanding.numbers import Item, numbers
from speech.recogniser import GARBAGE

_MONTH_FIRST = frozenset({"en"})
_WEEK = 7
_SOON = 62  # two months: with its number, a day of a name may be in the next one
_TOMORROW = 1


def day_of(keys: str, language: str, year: int) -> date | None:
    """The day of four keys: month and day in English, day and month elsewhere; None if there is none."""
    if len(keys) != 4 or not (keys.isascii() and keys.isdecimal()):
        return None
    first, second = int(keys[:2]), int(keys[2:])
    month, day = (first, second) if language in _MONTH_FIRST else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days(words: Sequence[str], language: str, today: date) -> list[str]:
    """Every day that this may be, as it would be keyed, the most natural first: a date, or a day from today on."""
    lexicon = LEXICONS[language]
    said = [plain(word) for word in words]
    items = numbers(_without_of(said, lexicon), lexicon.counting)
    dates = [found for found in _in_the_year(items, lexicon, language) if _is_day(*found)]
    named = any(item in lexicon.months for item in items)  # what was heard of "Friday, March third" is no next Friday
    near = () if dates or named else _from_today(said, items, lexicon, today)
    found = [*dates, *((day.month, day.day) for day in near)]
    return list(dict.fromkeys(_keyed(month, day, language) for month, day in found))


def _from_today(words: Sequence[str], items: Sequence[Item], lexicon: Lexicon, today: date) -> Iterator[date]:
    """Today, tomorrow, the day after it, and the next day of a name, which is never today.

    With its number in the month a day is the next one that has both, if that is soon.
    """
    yield from (today + timedelta(ahead) for ahead in _ahead(words, lexicon))
    numbered = [item for item in items if isinstance(item, int) and item]
    for weekday in (lexicon.weekdays[word] for word in words if word in lexicon.weekdays):
        if not numbered:
            yield today + timedelta((weekday - today.weekday() - 1) % _WEEK + 1)
        soon = (today + timedelta(ahead) for ahead in range(_SOON))
        yield from (day for day in soon if [day.day] == numbered and day.weekday() == weekday)


def _ahead(words: Sequence[str], lexicon: Lexicon) -> Iterator[int]:
    """How far ahead the days are that are named so. "Tomorrow" after what was not heard may be the day after it."""
    at = 0
    while at < len(words):
        name = next((name for name in lexicon.ahead if tuple(words[at : at + len(name)]) == name), ())
        if name and not (lexicon.ahead[name] == _TOMORROW and words[at - 1 : at] == [GARBAGE]):
            yield lexicon.ahead[name]
        at += len(name) or 1


def _in_the_year(items: Sequence[Item], lexicon: Lexicon, language: str) -> Iterator[tuple[int, int]]:
    """A month by its name with the number before or behind it, or two numbers. Behind them there may be a year."""
    months = [place for place, item in enumerate(items) if item in lexicon.months]
    if months:
        month = lexicon.months[str(items[months[0]])]
        before = [item for item in items[: months[0]] if isinstance(item, int)]
        behind = [item for item in items[months[0] :] if isinstance(item, int)]
        ways = [*((day, behind) for day in before[-1:]), *((day, behind[1:]) for day in behind[:1])]
        yield from ((month, day) for day, rest in ways if _may_be_year(rest))
        return
    said = [item for item in items if isinstance(item, int)]
    if len(said) == 4 and all(item < 10 for item in said):  # one by one: oh three one two
        said = [said[0] * 10 + said[1], said[2] * 10 + said[3]]
    said = [item for item in said if item]  # oh three, twelve
    if len(said) >= 2:
        yield (said[0], said[1]) if language in _MONTH_FIRST else (said[1], said[0])


def _may_be_year(rest: Sequence[int]) -> bool:
    """Whether it is nothing or a year, "twenty-seven", "twenty twenty-seven": "January four two" is no fourth."""
    return len("".join(map(str, rest))) in (0, 2, 4)


def _without_of(words: Sequence[str], lexicon: Lexicon) -> Sequence[str]:
    """The words without what is between the number of a day and its month: "of", or what was heard in its place."""
    month = next((place for place, word in enumerate(words) if word in lexicon.months), 0)
    numbered = {plain(word) for word in lexicon.nth}
    ends = [place + 1 for place, word in enumerate(words[:month]) if word in numbered]
    return [*words[: ends[-1]], *words[month:]] if ends else words


def keys_of(day: date, language: str) -> str:
    """A day as it would be keyed."""
    return _keyed(day.month, day.day, language)


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _keyed(month: int, day: int, language: str) -> str:
    return f"{month:02d}{day:02d}" if language in _MONTH_FIRST else f"{day:02d}{month:02d}"
