"""What is said before each attempt at a field, and who counts as a listener."""

from __future__ import annotations

import pytest

from asterisk_ari import Application
from pci.capture.alone import hears_more_than_channels
from pci.capture.fields import PROMPTS, prompts_for
from pci.contract import Brand, CaptureRequest, CardField, EntryError


def request(*rules: dict[str, object]) -> CaptureRequest:
    return CaptureRequest.model_validate({"call_id": "c", "channel_id": "1", "prompts": rules})


def said(
    asked: CaptureRequest,
    field: CardField,
    attempt: int = 1,
    error: EntryError | None = None,
    brand: Brand | None = None,
) -> tuple[str, ...]:
    return prompts_for(field, asked, attempt=attempt, error=error, brand=brand)


@pytest.mark.parametrize(
    ("field", "error", "brand", "spoken"),
    [
        (CardField.NUMBER, None, None, ("card-number",)),
        (CardField.NUMBER, EntryError.INVALID_CARD_NUMBER, None, ("card-number-invalid",)),
        (CardField.NUMBER, EntryError.INVALID_CARD_TYPE, None, ("card-type-invalid",)),
        (CardField.NUMBER, EntryError.TIMEOUT, None, ("entry-timeout", "card-number-again")),
        (CardField.NUMBER, EntryError.CONNECTION_GAP, None, ("line-gap", "card-number-again")),
        (CardField.EXPIRY, None, Brand.VISA, ("expiry",)),
        (CardField.EXPIRY, EntryError.INVALID_DATE, Brand.VISA, ("expiry-invalid",)),
        (CardField.EXPIRY, EntryError.TIMEOUT, Brand.VISA, ("entry-timeout", "expiry-again")),
        (CardField.SECURITY_CODE, None, Brand.VISA, ("security-code-3",)),
        (CardField.SECURITY_CODE, None, Brand.AMEX, ("security-code-4",)),
        (CardField.SECURITY_CODE, EntryError.TIMEOUT, Brand.AMEX, ("entry-timeout", "security-code-4")),
        (CardField.SECURITY_CODE, EntryError.INVALID_SECURITY_CODE, Brand.AMEX, ("security-code-invalid",)),
        (CardField.POSTAL_CODE, None, Brand.VISA, ("postal-code",)),
        (CardField.POSTAL_CODE, EntryError.INVALID_POSTAL_CODE, Brand.VISA, ("postal-code-invalid",)),
    ],
)
def test_the_usual_prompts(
    field: CardField, error: EntryError | None, brand: Brand | None, spoken: tuple[str, ...]
) -> None:
    assert said(request(), field, error=error, brand=brand) == spoken
    assert set(spoken) <= PROMPTS


def test_the_first_rule_whose_conditions_all_match_is_spoken_instead() -> None:
    asked = request(
        {"for": "payment-card-number", "say": ["third"], "attempt": [3]},
        {"for": "payment-card-number", "say": ["wrong"], "error_type": "invalid-card-number", "attempt": [2, 3]},
        {"for": "security-code", "say": ["amex"], "card_type": "amex"},
        {"for": "expiration-date", "say": ["date", "again"]},
    )
    wrong = EntryError.INVALID_CARD_NUMBER
    assert said(asked, CardField.NUMBER) == ("card-number",)
    assert said(asked, CardField.NUMBER, 2, wrong) == ("wrong",)
    assert said(asked, CardField.NUMBER, 2, EntryError.TIMEOUT) == ("entry-timeout", "card-number-again")
    assert said(asked, CardField.NUMBER, 3, wrong) == ("third",)
    assert said(asked, CardField.SECURITY_CODE, brand=Brand.AMEX) == ("amex",)
    assert said(asked, CardField.SECURITY_CODE, brand=Brand.VISA) == ("security-code-3",)
    assert said(asked, CardField.EXPIRY, 2, EntryError.INVALID_DATE, Brand.VISA) == ("date", "again")


@pytest.mark.parametrize(
    ("subscriptions", "hears"),
    [
        ({}, False),
        ({"channel_ids": ("17.1", "17.2"), "bridge_ids": ("b",)}, False),
        ({"endpoint_ids": ("PJSIP/other", "SIP")}, False),
        ({"endpoint_ids": ("PJSIP/trunk-2",)}, False),
        ({"endpoint_ids": ("PJSIP/trunk",)}, True),
        ({"endpoint_ids": ("PJSIP",)}, True),
        ({"channel_ids": ("__AST_CHANNEL_ALL_TOPIC",)}, True),
        ({"endpoint_ids": ("__AST_ENDPOINT_ALL_TOPIC",)}, True),
    ],
)
def test_subscriptions_that_bring_the_keys_of_channels_they_do_not_name(
    subscriptions: dict[str, tuple[str, ...]], hears: bool
) -> None:
    assert hears_more_than_channels(Application("spy", **subscriptions), "PJSIP/trunk-0000002a") is hears
