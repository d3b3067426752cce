"""How each field of a card is said: what passes, when it is whole, how it is written, and what is read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final, assert_never

from pci.capture.choice import MARGIN, card_number, expiry, security_code, usual_number
from pci.capture.fields import GROUPS, IS_THAT_RIGHT, SPOKEN_PROMPTS, is_postal_code
from pci.capture.keypad import Keypad
from pci.capture.line import Line
from pci.capture.room import Emit, Room
from pci.capture.spoken import Spoken, SpokenField
from pci.capture.turn import Talk
from pci.capture.voice import Hear
from pci.card import brand_of
from pci.contract import Brand, CaptureRequest, CardField, PromptSpoken
from pci.hearing.ears import Ears
from speech import Grammar, ModelMissing
from speech.digits import MONTHS, SpokenDigits
from speech.digits import WORDS as DIGIT_WORDS

_NEEDED: Final = frozenset("zero one two three four five six seven eight nine yes no".split())
_WORDS: Final = _NEEDED | DIGIT_WORDS

_LAST: Final = 4
_USUAL: Final = {Brand.AMEX: 15}
_MOST_USUAL: Final = 16


@dataclass(frozen=True, slots=True)
class Speaking:
    """Has the fields of one capture said."""

    talk: Talk
    hear: Callable[[CardField], Hear]
    request: CaptureRequest
    today: Callable[[], date]

    def field(self, field: CardField, brand: Brand | None) -> SpokenField:
        """A field, to be asked as often as it takes."""
        return SpokenField(self.talk, self.hear(field), spoken(field, self.request, brand, self.today()))


def speaking(room: Room, request: CaptureRequest, line: Line, keypad: Keypad, emit: Emit) -> Speaking | None:
    """Has the fields of a capture said by the caller on this line; None if they have to be keyed."""
    if not _may_be_said(room.ears, request) or not room.prompts.has_all(SPOKEN_PROMPTS, request.language):
        return None

    async def say(prompts: tuple[str, ...]) -> None:
        await emit(PromptSpoken(prompts=tuple(prompt for prompt in prompts if not prompt.startswith("digit-"))))
        await line.play(room.prompts.media(prompts, request.language))

    def hear(field: CardField) -> Hear:
        known = room.ears.known(words_of(field), request.language)
        return partial(room.ears.hear, room.app, line.channel_id, Grammar(known, request.language, careful=True))

    talk = Talk(line, keypad, say, request.first_digit_timeout, request.inter_digit_timeout, request.person)
    return Speaking(talk, hear, request, room.today)


def _may_be_said(ears: Ears, request: CaptureRequest) -> bool:
    """Whether fields may be said; not where no model knows digits in the caller's language."""
    try:
        return "speech" in request.input and ears.known(_NEEDED, request.language) == _NEEDED
    except ModelMissing:
        return False


def words_of(field: CardField) -> frozenset[str]:
    """What this field may be said with, as far as the model knows it."""
    return _WORDS | MONTHS.keys() if field is CardField.EXPIRY else _WORDS


def spoken(field: CardField, request: CaptureRequest, brand: Brand | None, today: date) -> Spoken:
    """How this field is said; `brand` is that of the card, once it is known."""
    match field:
        case CardField.NUMBER:
            read_back = partial(_read_back, request=request)
            return Spoken(card_number, _whole_number, _said_once, usual_number, MARGIN, read_back, GROUPS)
        case CardField.EXPIRY:
            right = expiry(today)
            return Spoken(right, lambda digits: right(_month_and_year(digits)), _months_and_years)
        case CardField.SECURITY_CODE:
            long_enough = security_code(brand or Brand.VISA)
            return Spoken(long_enough, long_enough)
        case CardField.POSTAL_CODE:
            return Spoken(lambda digits: is_postal_code(len(digits)), lambda _: False)
    assert_never(field)


def _whole_number(digits: str) -> bool:
    """Whether it is a card number, and as long as most cards of its brand have them."""
    brand = brand_of(bytearray(digits.encode()))
    return card_number(digits) and brand is not None and len(digits) == _USUAL.get(brand, _MOST_USUAL)


def _read_back(digits: str, request: CaptureRequest) -> tuple[str, ...]:
    """The brand and the last four digits, and no more; nothing of a card that is not taken anyway."""
    brand = brand_of(bytearray(digits.encode()))
    if brand not in request.valid_card_types:
        return ()
    return (f"brand-{brand}", "ending-in", *(f"digit-{digit}" for digit in digits[-_LAST:]), IS_THAT_RIGHT)


def _said_once(readings: Sequence[SpokenDigits]) -> list[SpokenDigits]:
    """A card number that was said twice over counts as said once."""
    return _rewritten(readings, lambda digits: _half(digits) if card_number(_half(digits)) else digits)


def _half(digits: str) -> str:
    half = digits[: len(digits) // 2]
    return half if half * 2 == digits else ""


def _months_and_years(readings: Sequence[SpokenDigits]) -> list[SpokenDigits]:
    """As MMYY: "March two thousand twenty-nine" and "three twenty-nine" are 0329."""
    return _rewritten(readings, _month_and_year)


def _month_and_year(digits: str) -> str:
    if len(digits) in (5, 6) and digits[-4:-2] == "20":
        digits = digits[:-4] + digits[-2:]
    return digits.zfill(4) if len(digits) == 3 else digits


def _rewritten(readings: Sequence[SpokenDigits], rewrite: Callable[[str], str]) -> list[SpokenDigits]:
    """The readings with their digits written in another way, the likeliest of those that are alike then."""
    best: dict[str, SpokenDigits] = {}
    for reading in readings:  # the likeliest come first
        digits = rewrite(reading.digits)
        best.setdefault(digits, replace(reading, digits=digits))
    return list(best.values())
