"""What the messages say: short, in the GSM alphabet, and no more of a card than brand and last four digits."""

from __future__ import annotations

import pytest
from aiosmpplib import GSM7BitCodec  # type: ignore[import-untyped]

from ivr.money import Money
from ivr.notify.port import Sms
from ivr.notify.texts import not_charged, receipt
from pci.contract import Brand

AMOUNT = Money(99_999_999, "USD")


@pytest.mark.parametrize("brand", Brand)
@pytest.mark.parametrize("write", [receipt, not_charged])
def test_given_any_brand_then_the_text_is_gsm_and_names_amount_bill_and_last_four(
    brand: Brand, write: object
) -> None:
    assert callable(write)
    text = write("en", AMOUNT, "INV-1107", brand, "1111")
    assert GSM7BitCodec.is_gsm_text(text)
    assert len(text) <= 160
    assert all(part in text for part in ("999999.99 USD", "INV-1107", "ending 1111"))


def test_given_a_language_without_texts_then_it_is_english() -> None:
    assert receipt("xx", AMOUNT, "A", Brand.VISA, "1111") == receipt("en", AMOUNT, "A", Brand.VISA, "1111")


def test_given_braces_in_a_reference_then_they_are_only_text() -> None:
    assert "bill {last4}{0}," in receipt("en", AMOUNT, "{last4}{0}", Brand.VISA, "1111")


@pytest.mark.parametrize(
    "to", ["", "15550100123", "+0123456789", "+1555", "+1555010012345678", "+1555 010 0123", "+१२३४५६७८"]
)
def test_given_something_that_is_no_number_then_there_is_no_message_to_it(to: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        Sms(to, "x")


@pytest.mark.parametrize("text", ["", "x" * 1601])
def test_given_no_text_or_too_much_then_there_is_no_message(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 1600"):
        Sms("+15550100123", text)


def test_given_a_message_then_its_repr_shows_neither_number_nor_text() -> None:
    assert repr(Sms("+15550100123", "hello")) == "Sms()"
