"""What the messages say: short, in the GSM alphabet, and no more of a card than brand and last four digits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiosmpplib import GSM7BitCodec  # type: ignore[import-untyped]

from ivr.money import Money
from ivr.notify.port import Sms
from ivr.notify.texts import PaymentText, news
from pci.contract import Brand, ChargeState

AMOUNT = Money(99_999_999, "USD")


FIGURES = {"en": "999,999.99", "es": "999.999,99", "fr": "999 999,99", "it": "999.999,99", "pt": "999.999,99"}
PAID = PaymentText("en", AMOUNT, "INV-1107", Brand.VISA, "1111")


@pytest.mark.parametrize("language", FIGURES)
@pytest.mark.parametrize("brand", Brand)
@pytest.mark.parametrize("state", [ChargeState.APPROVED, ChargeState.NOT_CHARGED])
def test_given_any_brand_then_the_text_is_gsm_and_names_amount_bill_and_last_four(
    language: str, brand: Brand, state: ChargeState
) -> None:
    text = news(replace(PAID, language=language, brand=brand), state)
    assert GSM7BitCodec.is_gsm_text(text)
    assert len(text) <= 160
    assert all(part in text for part in (f"{FIGURES[language]} USD", "INV-1107", "1111"))


@pytest.mark.parametrize("language", FIGURES)
def test_given_a_currency_without_decimals_then_there_are_none(language: str) -> None:
    assert " 500 JPY " in news(replace(PAID, language=language, total=Money(500, "JPY")), ChargeState.APPROVED)


def test_given_a_language_without_texts_then_it_is_english() -> None:
    assert news(replace(PAID, language="xx"), ChargeState.APPROVED) == news(PAID, ChargeState.APPROVED)


def test_given_braces_in_a_reference_then_they_are_only_text() -> None:
    assert "bill {last4}{0}," in news(replace(PAID, reference="{last4}{0}"), ChargeState.APPROVED)


def test_given_a_fee_then_the_receipt_names_it_beside_the_total_and_stays_one_message() -> None:
    text = news(replace(PAID, fee=Money(2_439_024, "USD"), brand=Brand.AMEX), ChargeState.APPROVED)
    assert "999,999.99 USD for bill INV-1107, with a fee of 24,390.24 USD" in text
    assert GSM7BitCodec.is_gsm_text(text)
    assert len(text) <= 160


def test_given_what_is_no_bill_then_the_text_says_what_it_was_for() -> None:
    text = news(replace(PAID, reference="donation-cQ4", purpose="donation"), ChargeState.APPROVED)
    assert text == "Payment received: 999,999.99 USD for donation, Visa ending 1111. Thank you."


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
