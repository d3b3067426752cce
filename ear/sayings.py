"""What the speakers of the corpus say: card numbers in pieces, grouped numbers, amounts, commands, and sentences."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ear.words import COMMANDS, DIGITS, GARBAGE, MONTHS, NEAR, NTH, STATES, TEENS, TENS

_TRANSCRIBED = re.compile(r"(?:<s> )?(?P<text>[A-Z ]+?)(?: </s>)? \([\w-]+\)")
SENTENCES = Path(__file__).with_name("sentences.txt")


@dataclass(frozen=True, slots=True)
class Saying:
    """What is spoken, with the punctuation that gives it its rhythm, and the words to be heard in it."""

    text: str
    words: tuple[str, ...]


def saying_of(text: str) -> Saying:
    """A text and its words: what the ear does not know is garbage, once for a stretch of it."""
    words: list[str] = []
    for spoken in re.findall(r"[a-z']+", text.lower()):
        word = spoken if spoken in STATES else GARBAGE
        if word != GARBAGE or not words or words[-1] != GARBAGE:
            words.append(word)
    return Saying(text, tuple(words))


def transcribed(line: str) -> Saying:
    """What was said, by a line of the census, such as "<s> ENTER O TWO </s> (an87-fbbh-b)"; the letter O is "oh".

    Raises:
        ValueError: It is no such line.
    """
    if not (match := _TRANSCRIBED.fullmatch(line)):
        raise ValueError(f"not a line of the census: {line!r}")
    return saying_of(re.sub(r"\bO\b", "OH", match["text"]))


def any_saying(dice: random.Random) -> Saying:
    """One thing that a caller may say, each kind as often as it is worth hearing."""
    kinds = (digit_string, grouped, amount, commands, day, sentence, number_in_sentence)
    return dice.choices(kinds, weights=(50, 12, 5, 9, 8, 11, 5))[0](dice)


def digit_string(dice: random.Random) -> Saying:
    """Three to eight digits, said one by one."""
    return saying_of(rhythm(dice, spelled(dice, dice.choice((3, 4, 4, 4, 5, 6, 8, 8)))))


def spelled(dice: random.Random, count: int) -> list[str]:
    """At least this many digits as words, zeros as "oh" at times, and the odd double and triple."""
    words: list[str] = []
    while len(words) < count:
        digit = dice.choice(DIGITS)
        if digit == "zero" and dice.random() < 0.45:
            digit = "oh"
        chance = dice.random()
        prefix = ["double"] if chance < 0.05 else ["triple"] if chance < 0.075 else []
        words += [*prefix, digit]
    return words


def rhythm(dice: random.Random, words: list[str]) -> str:
    """The words with pauses: after each, after every fourth, here and there, or nowhere."""
    kind = dice.random()
    text = ""
    for place, word in enumerate(words, start=1):
        pause = kind < 0.25 or (kind < 0.8 and place % 4 == 0) or (kind > 0.9 and dice.random() < 0.3)
        text += word + (", " if pause and word not in ("double", "triple") else " ")
    return text.strip(" ,") + dice.choice((".", ".", ".", "?", ","))


def below_hundred(dice: random.Random) -> str:
    """A number from ten to ninety-nine in words."""
    if dice.random() < 0.4:
        return dice.choice(TEENS)
    unit = dice.choice(("", *DIGITS[1:]))
    return f"{dice.choice(TENS)} {unit}".strip()


def grouped(dice: random.Random) -> Saying:
    """Digits said in pairs, as an expiry or a group of a card: "twelve twenty nine", "forty two seventeen"."""
    groups = []
    for _ in range(dice.choice((1, 2, 2, 2, 3, 4))):
        groups.append(f"oh {dice.choice(DIGITS[1:])}" if dice.random() < 0.15 else below_hundred(dice))
    if dice.random() < 0.2:
        groups.insert(dice.randrange(len(groups) + 1), " ".join(spelled(dice, 2)))
    return saying_of(dice.choice((" ", ", ", ", ")).join(groups) + ".")


def amount(dice: random.Random) -> Saying:
    """A sum of money, as people say it."""
    whole = below_hundred(dice) if dice.random() < 0.6 else dice.choice(DIGITS[1:])
    if dice.random() < 0.6:
        whole = f"{dice.choice(DIGITS[1:])} hundred {dice.choice(('', 'and'))} {whole}"
    if dice.random() < 0.2:
        whole = f"{dice.choice(DIGITS[1:])} thousand {whole}"
    ends = ("", " dollars", f" dollars and {below_hundred(dice)} cents", f" point {dice.choice(DIGITS)}",
            f" {below_hundred(dice)}")  # fmt: skip
    return saying_of(" ".join((whole + dice.choice(ends)).split()) + ".")


def day(dice: random.Random) -> Saying:
    """A day, or several of their names: "March fifth nineteen eighty", "the second of May", "Friday"."""
    month, nth = dice.choice(MONTHS).title(), nth_of_month(dice)
    year = "" if dice.random() < 0.5 else f" {dice.choice(('nineteen', 'twenty'))} {below_hundred(dice)}"
    named = [dice.choice((*MONTHS, *NTH, *NEAR)).title() for _ in range(dice.choice((1, 2, 3, 4)))]
    kinds = (f"{month} {nth}{year}", f"the {nth} of {month}{year}", f"{month} {below_hundred(dice)}{year}",
             f"{month} {dice.choice(DIGITS[1:])}{year}", dice.choice(NEAR).title(), ", ".join(named))  # fmt: skip
    return saying_of(dice.choices(kinds, weights=(4, 3, 3, 1, 2, 3))[0] + dice.choice((".", ".", "?")))


def nth_of_month(dice: random.Random) -> str:
    """The number of a day of a month: "fifth", "twenty first"."""
    if dice.random() < 0.65:
        return dice.choice(NTH)
    return f"twenty {dice.choice(NTH[:9])}" if dice.random() < 0.85 else "thirty first"


def commands(dice: random.Random) -> Saying:
    """One to three of the words that menus need."""
    words = dice.choices(
        [*COMMANDS, "yes", "no", "start again", "no nine", "dollars", "hundred"], k=dice.choice((1, 2, 3))
    )
    return saying_of(", ".join(words) + dice.choice((".", ".", "!", "?")))


def sentence(dice: random.Random) -> Saying:
    """Speech that holds no number: what a caller says beside the point, a television, or words at random."""
    if dice.random() < 0.5:
        return saying_of(dice.choice(sentences()))
    vocabulary = spoken_words()
    return saying_of(" ".join(dice.choice(vocabulary) for _ in range(dice.choice((1, 2, 4, 6, 8)))) + ".")


def number_in_sentence(dice: random.Random) -> Saying:
    """Digits with a few words before or after them."""
    before = dice.choice(("um,", "it's", "the number is", "okay, so it is", "sure, that's", "my card number is", ""))
    after = dice.choice(("", "", "that's it", "thank you", "please", "I think"))
    return saying_of(f"{before} {' '.join(spelled(dice, dice.choice((2, 3, 4))))} {after}".strip() + ".")


@cache
def sentences() -> tuple[str, ...]:
    """The sentences of sentences.txt."""
    return tuple(line for line in SENTENCES.read_text().splitlines() if line and not line.startswith("#"))


@cache
def spoken_words() -> tuple[str, ...]:
    """Every word of those sentences that is long enough not to be taken for a digit by right, such as "to"."""
    return tuple(sorted({word for line in sentences() for word in re.findall(r"[a-z]{4,}", line.lower())}))
