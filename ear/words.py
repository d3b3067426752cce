"""The words that the ear knows. Each word is a chain of states of its own; the chain's length is its shortest time.

A state is heard every 30 ms, so a word of four states lasts 120 ms or more.
"""

from __future__ import annotations

from typing import Final

GARBAGE: Final = "[unk]"
"""Speech that is none of the words."""

DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS: Final = tuple("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())
TENS: Final = tuple("twenty thirty forty fifty sixty seventy eighty ninety".split())
COMMANDS: Final = (
    "yes no operator agent pay payment card account balance repeat help cancel start again stop back menu keypad"
).split()
MONTHS: Final = tuple("january february march april may june july august september october november december".split())
NTH: Final = tuple(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth".split()
)
NEAR: Final = tuple("today tomorrow monday tuesday wednesday thursday friday saturday sunday".split())
"""Days that have no number."""

STATES: Final[dict[str, int]] = {
    "zero": 5, "oh": 3, "one": 4, "two": 3, "three": 4, "four": 4, "five": 4, "six": 5, "seven": 5, "eight": 3,
    "nine": 4, "double": 4, "triple": 5,
    "ten": 4, "eleven": 6, "twelve": 5, "thirteen": 6, "fourteen": 6, "fifteen": 6, "sixteen": 7, "seventeen": 8,
    "eighteen": 5, "nineteen": 6, "twenty": 6, "thirty": 5, "forty": 5, "fifty": 6, "sixty": 7, "seventy": 7,
    "eighty": 4, "ninety": 5, "hundred": 6, "thousand": 7, "and": 2, "point": 5, "dollars": 6, "cents": 5,
    "yes": 4, "no": 3, "operator": 7, "agent": 6, "pay": 3, "payment": 6, "card": 4, "account": 5, "balance": 6,
    "repeat": 5, "help": 4, "cancel": 6, "start": 5, "again": 4, "stop": 4, "back": 4, "menu": 5, "keypad": 5,
    "january": 7, "february": 7, "march": 4, "april": 5, "may": 3, "june": 4, "july": 5, "august": 5, "september": 7,
    "october": 6, "november": 7, "december": 7,
    "first": 5, "second": 6, "third": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 4, "ninth": 5,
    "tenth": 5, "eleventh": 7, "twelfth": 6, "thirteenth": 7, "fourteenth": 7, "fifteenth": 7, "sixteenth": 8,
    "seventeenth": 9, "eighteenth": 6, "nineteenth": 7, "twentieth": 7, "thirtieth": 6,
    "today": 5, "tomorrow": 6, "monday": 5, "tuesday": 6, "wednesday": 6, "thursday": 6, "friday": 5, "saturday": 7,
    "sunday": 5,
    GARBAGE: 1,
}  # fmt: skip

WORDS: Final = tuple(STATES)
