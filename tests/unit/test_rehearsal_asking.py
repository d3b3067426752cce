"""What the rehearsal has the card side ask is what the card side asks: keyed fields, and fields that may be said."""

from __future__ import annotations

import pytest

from ivr.flow.call import CaptureOrder, Way
from ivr.rehearsal.asking import asked
from pci.capture.fields import prompts_for
from pci.contract import Brand, CaptureRequest, CardField, EntryError

WAYS: list[tuple[Way, ...]] = [("keypad",), ("keypad", "speech")]


@pytest.mark.parametrize("input_", WAYS)
@pytest.mark.parametrize("field", CardField)
@pytest.mark.parametrize("brand", [Brand.VISA, Brand.AMEX])
def test_given_a_first_attempt_then_both_ask_alike(input_: tuple[Way, ...], field: CardField, brand: Brand) -> None:
    request = CaptureRequest(call_id="call", channel_id="1.0", return_to="ivr", input=input_)
    said = "speech" in input_
    wanted = prompts_for(field, request, attempt=1, error=None, brand=brand, said=said)
    assert asked(CaptureOrder(input=input_), field, 1, None, brand) == wanted


@pytest.mark.parametrize("input_", WAYS)
@pytest.mark.parametrize("attempt", [2, 3])
def test_given_a_card_that_is_not_taken_then_both_ask_for_another_alike(
    input_: tuple[Way, ...], attempt: int
) -> None:
    request = CaptureRequest(call_id="call", channel_id="1.0", return_to="ivr", input=input_)
    error, said = EntryError.INVALID_CARD_TYPE, "speech" in input_
    wanted = prompts_for(CardField.NUMBER, request, attempt=attempt, error=error, brand=None, said=said)
    assert asked(CaptureOrder(input=input_), CardField.NUMBER, attempt, error, None) == wanted
