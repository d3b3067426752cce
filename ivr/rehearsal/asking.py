"""What the card side says when it asks for a field, as far as a call can be rehearsed: pci.capture decides."""

from __future__ import annotations

from typing import Final

from ivr.flow.call import CaptureOrder
from ivr.flow.spoken import Prompt
from pci.contract import Brand, CardField, EntryError

_KEYED: Final = {
    CardField.NUMBER: "card-number",
    CardField.EXPIRY: "expiry",
    CardField.SECURITY_CODE: "security-code-3",
    CardField.POSTAL_CODE: "postal-code",
}
_SAID: Final = {
    CardField.NUMBER: "say-card-number",
    CardField.EXPIRY: "say-expiry",
    CardField.SECURITY_CODE: "say-security-code",
    CardField.POSTAL_CODE: "say-postal-code",
}
_EASIER: Final = ("keypad-may-be-easier", "card-number-again")
_SAID_IN_VAIN: Final = 2  # times, after which the keypad is offered


def asked(
    order: CaptureOrder, field: CardField, attempt: int, error: EntryError | None, brand: Brand | None
) -> Prompt:
    """The first of the flow's own prompts that matches, else the usual ones."""
    for rule in order.prompts:
        if (
            rule.for_ is field
            and (not rule.attempt or attempt in rule.attempt)
            and rule.error_type in (None, error)
            and rule.card_type in (None, brand)
        ):
            return rule.say
    mistake = ("card-type-invalid",) if error else ()
    if "speech" in order.input:  # as if a model heard the caller's language
        return (*mistake, *(_EASIER if attempt > _SAID_IN_VAIN else (_SAID[field],)))
    if (field, brand) == (CardField.SECURITY_CODE, Brand.AMEX):
        return ("security-code-4",)
    return mistake or (_KEYED[field],)
