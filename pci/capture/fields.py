"""The fields of a card: what is asked, how an answer is judged, what is said when it is wrong."""

from __future__ import annotations

from datetime import date
from typing import Final, assert_never

from pci.card import brand_of, is_card_number, is_expiry, security_code_length
from pci.contract import Brand, CaptureOutcome, CaptureRequest, CardField, EntryError

_THANKS: Final = "card-thank-you"
_RESTARTED: Final = "entry-restarted"
_ALONE_AGAIN: Final = "secure-line"
_POSTAL_CODE: Final = range(3, 11)  # digits; letters are left out when keyed

# field -> first asking, asking again after silence or a gap
_ASK: Final = {
    CardField.NUMBER: ("card-number", "card-number-again"),
    CardField.EXPIRY: ("expiry", "expiry-again"),
    CardField.POSTAL_CODE: ("postal-code", "postal-code"),
}
# error -> prompt; those that name a mistake ask again themselves
_MISTAKE: Final = {
    EntryError.INVALID_CARD_NUMBER: "card-number-invalid",
    EntryError.INVALID_CARD_TYPE: "card-type-invalid",
    EntryError.INVALID_DATE: "expiry-invalid",
    EntryError.INVALID_SECURITY_CODE: "security-code-invalid",
    EntryError.INVALID_POSTAL_CODE: "postal-code-invalid",
}
_DISTURBANCE: Final = {EntryError.TIMEOUT: "entry-timeout", EntryError.CONNECTION_GAP: "line-gap"}
# said before the caller is given back, who may be keying still: what they key next must not reach the call side
PARTING: Final = {
    CaptureOutcome.TOO_MANY_FAILED_ATTEMPTS: ("payment-cancelled",),
    CaptureOutcome.NOT_SECURE: ("line-gap",),
    CaptureOutcome.INTERNAL_ERROR: ("line-gap",),
    CaptureOutcome.CALLED_OFF: ("payment-cancelled",),
    CaptureOutcome.PAUSED_TOO_LONG: ("connecting",),  # they go back to a person, and what was keyed is not lost yet
}
# every prompt that a capture may need: without one of them no caller is taken
PROMPTS: Final = frozenset(
    {prompt for pair in _ASK.values() for prompt in pair}
    | {"security-code-3", "security-code-4", _THANKS, _RESTARTED, _ALONE_AGAIN}
    | set(_MISTAKE.values())
    | set(_DISTURBANCE.values())
    | {prompt for words in PARTING.values() for prompt in words}
)
MEANWHILE: Final = PARTING[CaptureOutcome.PAUSED_TOO_LONG]
THANKS: Final = (_THANKS,)
RESTARTED: Final = (_RESTARTED,)
ALONE_AGAIN: Final = (_ALONE_AGAIN,)


_SAID: Final = {
    CardField.NUMBER: "say-card-number",
    CardField.EXPIRY: "say-expiry",
    CardField.SECURITY_CODE: "say-security-code",
    CardField.POSTAL_CODE: "say-postal-code",
}
_MISHEARD: Final = {
    EntryError.NOT_UNDERSTOOD: "not-sure-what-was-said",
    EntryError.NOT_CONFIRMED: _RESTARTED,
    **_DISTURBANCE,
}
_EASIER: Final = "keypad-may-be-easier"
_SAID_IN_VAIN: Final = 2  # times, after which the keypad is offered
GROUPS: Final = tuple((f"say-group-{group}",) for group in range(1, 5))
IS_THAT_RIGHT: Final = "is-that-right"
# those of the prompts for saying a card that make a caller say or key a part of it
ASKING_ALOUD: Final = frozenset({*_SAID.values(), _EASIER} | {prompt for group in GROUPS for prompt in group})
# every prompt more that a capture may need in which fields are said
SPOKEN_PROMPTS: Final = ASKING_ALOUD | frozenset(
    {*_MISHEARD.values(), IS_THAT_RIGHT, "ending-in"}
    | {f"digit-{digit}" for digit in range(10)}
    | {f"brand-{brand}" for brand in Brand}
)


def judge(
    field: CardField, digits: bytearray, request: CaptureRequest, *, brand: Brand | None, today: date
) -> EntryError | None:
    """What is wrong with the digits of a field; None if nothing is. `brand` is that of the card asked for already."""
    match field:
        case CardField.NUMBER:
            if not is_card_number(digits):
                return EntryError.INVALID_CARD_NUMBER
            return None if brand_of(digits) in request.valid_card_types else EntryError.INVALID_CARD_TYPE
        case CardField.EXPIRY:
            return None if is_expiry(digits, today) else EntryError.INVALID_DATE
        case CardField.SECURITY_CODE:
            right = brand is not None and len(digits) == security_code_length(brand)
            return None if right else EntryError.INVALID_SECURITY_CODE
        case CardField.POSTAL_CODE:
            return None if is_postal_code(len(digits)) else EntryError.INVALID_POSTAL_CODE
    assert_never(field)


def is_postal_code(length: int) -> bool:
    """Whether a postal code may have so many digits."""
    return length in _POSTAL_CODE


def prompts_for(
    field: CardField,
    request: CaptureRequest,
    *,
    attempt: int,
    error: EntryError | None,
    brand: Brand | None,
    said: bool = False,
) -> tuple[str, ...]:
    """What to say before an attempt: by the first rule of the flow's own that matches, else the usual prompts.

    Of a field that may be `said`, the keypad is offered after two attempts in vain.
    """
    for rule in request.prompts:
        if (
            rule.for_ is field
            and (not rule.attempt or attempt in rule.attempt)
            and rule.error_type in (None, error)
            and rule.card_type in (None, brand)
        ):
            return rule.say
    if field is CardField.SECURITY_CODE:
        ask = again = f"security-code-{security_code_length(brand or Brand.VISA)}"
    else:
        ask, again = _ASK[field]
    if said:
        easier = (_EASIER, again) if attempt > _SAID_IN_VAIN else (_SAID[field],)
        return (*((_MISHEARD.get(error) or _MISTAKE[error],) if error else ()), *easier)
    if error is None:
        return (ask,)
    if mistake := _MISTAKE.get(error):
        return (mistake,)
    return (_MISHEARD[error], again)
