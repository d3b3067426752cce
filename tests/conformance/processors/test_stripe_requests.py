"""What is sent to the real Stripe, which no stand-in knows in full: each request, as it would leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest

from pci.card import PostalCode
from pci.contract import DeclineReason
from pci.processors.base import (
    Account,
    Approved,
    Authorized,
    Declined,
    Misconfigured,
    NotSent,
    OutcomeUnknown,
    Voided,
)
from pci.processors.stripe import Stripe
from pci.processors.wire import Reply
from tests.conformance.processors.benches import CVV, order_for

KEY = "sk_live_0123456789abcdef"
METHOD = {"object": "payment_method", "id": "pm_1"}
INTENT = {"object": "payment_intent", "id": "pi_1", "status": "requires_confirmation"}
CHARGE = {"object": "charge", "id": "ch_1", "refunded": False}
SUCCEEDED = INTENT | {"status": "succeeded", "latest_charge": CHARGE}
HELD = INTENT | {"status": "requires_capture", "latest_charge": CHARGE}
INVALID = (400, {"error": {"type": "invalid_request_error", "code": "parameter_unknown", "message": "no"}})


@dataclass
class Recorder:
    """Stands where the wire is: keeps each request, gives the next answer."""

    address: str
    sent: ClassVar[list[tuple[str, str, Mapping[str, str], dict[str, list[str]]]]] = []
    answers: ClassVar[list[tuple[int, dict[str, Any]]]] = []

    async def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        self.sent.append((method, url, headers, parse_qs((body or b"").decode())))
        status, answer = self.answers.pop(0)
        return Reply(status, {}, json.dumps(answer).encode())

    async def close(self) -> None:
        self.sent.clear()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> type[Recorder]:
    Recorder.sent.clear()
    Recorder.answers.clear()
    monkeypatch.setattr("pci.processors.stripe.Wire", Recorder)
    return Recorder


@pytest.mark.parametrize(
    ("amount", "currency", "sent"),
    [(12540, "USD", "12540"), (5000, "JPY", "5000"), (5000, "ISK", "500000"), (5120, "KWD", "5120")],
)
async def test_the_amount_is_sent_in_stripes_own_units(
    wire: type[Recorder], amount: int, currency: str, sent: str
) -> None:
    wire.answers += [(200, METHOD), (200, INTENT)]
    await Stripe(Account("", KEY)).prepare(replace(order_for(), amount=amount, currency=currency))
    assert wire.sent[1][3]["amount"] == [sent]


async def test_given_thousandths_that_stripe_does_not_take_then_nothing_is_sent(wire: type[Recorder]) -> None:
    with pytest.raises(Misconfigured):
        await Stripe(Account("", KEY)).prepare(replace(order_for(), amount=5124, currency="KWD"))
    assert wire.sent == []


async def test_given_the_real_stripe_then_the_card_goes_first_and_the_confirmation_is_a_telephone_order(
    wire: type[Recorder],
) -> None:
    wire.answers += [(200, METHOD), (200, INTENT), (200, SUCCEEDED)]
    order = replace(order_for(), postal_code=PostalCode(bytearray(b"94107")))
    stripe = Stripe(Account("", KEY))

    assert await stripe.prepare(order) == "pi_1"
    assert await stripe.charge(order, "pi_1") == Approved("ch_1")

    (_, card_url, card_headers, card), (_, intent_url, _, intent), (_, confirm_url, _, confirm) = wire.sent
    assert [card_url, intent_url, confirm_url] == [
        "https://api.stripe.com/v1/payment_methods",
        "https://api.stripe.com/v1/payment_intents",
        "https://api.stripe.com/v1/payment_intents/pi_1/confirm",
    ]
    assert card["card[number]"] == ["4242424242424242"]
    assert (card["card[exp_month]"], card["card[exp_year]"], card["card[cvc]"]) == (["12"], ["2039"], [CVV])
    assert card["billing_details[address][postal_code]"] == ["94107"]
    assert (intent["amount"], intent["currency"], intent["payment_method"]) == (["12540"], ["usd"], ["pm_1"])
    assert intent["allowed_payment_method_types[0]"] == ["card"]
    assert "confirm" not in intent
    assert confirm["payment_method_options[card][moto]"] == ["true"]
    assert card_headers["Authorization"] == f"Bearer {KEY}"
    keys = [headers["Idempotency-Key"] for _, _, headers, _ in wire.sent]
    assert keys == [f"{order.idempotency_key}-{step}" for step in ("card", "intent", "confirm")]
    assert all("4242424242424242" not in url for _, url, _, _ in wire.sent)


async def test_given_a_hold_then_the_intent_says_so_and_is_captured_once_by_its_id(wire: type[Recorder]) -> None:
    wire.answers += [(200, METHOD), (200, INTENT), (200, HELD), (200, SUCCEEDED)]
    stripe = Stripe(Account("", KEY))
    order = replace(order_for(), hold=True)

    assert await stripe.charge(order, str(await stripe.prepare(order))) == Authorized("ch_1")
    assert await stripe.collect("pi_1") == Approved("ch_1")

    assert wire.sent[1][3]["capture_method"] == ["manual"]
    assert wire.sent[2][3]["payment_method_options[card][moto]"] == ["true"]
    assert wire.sent[3][1] == "https://api.stripe.com/v1/payment_intents/pi_1/capture"


async def test_given_a_hold_when_voided_then_the_intent_is_cancelled(wire: type[Recorder]) -> None:
    wire.answers += [(200, HELD), (200, HELD | {"status": "canceled"})]
    await Stripe(Account("", KEY)).void("pi_1")
    assert [url.rpartition("/")[2] for _, url, _, _ in wire.sent] == ["pi_1?expand[0]=latest_charge", "cancel"]


async def test_given_a_kept_card_then_it_goes_without_a_code_and_as_a_telephone_order_of_a_caller_who_is_there(
    wire: type[Recorder],
) -> None:
    wire.answers += [(200, METHOD), (200, INTENT), (200, SUCCEEDED)]
    stripe = Stripe(Account("", KEY))
    order = replace(order_for(), cvv=None, kept=True)
    await stripe.charge(order, str(await stripe.prepare(order)))

    sent = {name: value for _, _, _, body in wire.sent for name, value in body.items()}
    assert sent["card[number]"] == ["4242424242424242"]
    assert sent["payment_method_options[card][moto]"] == ["true"]
    assert not {"card[cvc]", "customer", "setup_future_usage", "off_session"} & set(sent)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ((200, SUCCEEDED), Approved("ch_1")),
        ((200, INTENT | {"status": "canceled"}), Voided()),
        ((200, HELD), Misconfigured),
        ((200, INTENT), Misconfigured),
        ((200, INTENT | {"status": "processing"}), OutcomeUnknown),
        ((500, {"error": {"type": "api_error", "message": "no"}}), OutcomeUnknown),
    ],
)
async def test_given_a_refused_collection_then_only_the_state_of_the_intent_decides(
    wire: type[Recorder], then: tuple[int, dict[str, Any]], expected: Approved | Voided | type[Exception]
) -> None:
    wire.answers += [INVALID, then]
    stripe = Stripe(Account("", KEY))
    if isinstance(expected, Approved | Voided):
        assert await stripe.collect("pi_1") == expected
    else:
        with pytest.raises(expected) as caught:
            await stripe.collect("pi_1")
        assert caught.type is expected


async def test_given_an_account_without_telephone_orders_then_the_flag_is_left_out(wire: type[Recorder]) -> None:
    wire.answers += [(200, SUCCEEDED)]
    stripe = Stripe(Account("", KEY, moto=False))
    await stripe.charge(order_for(), "pi_1")
    assert "payment_method_options[card][moto]" not in wire.sent[0][3]
    assert not stripe.capabilities.moto


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, DeclineReason.INSUFFICIENT_FUNDS),
        ({"code": "card_declined", "decline_code": "lost_card"}, DeclineReason.SUSPECTED_FRAUD),
        ({"code": "card_declined", "decline_code": "a_new_one"}, DeclineReason.GENERIC),
        ({"code": "card_declined"}, DeclineReason.GENERIC),
        ({"code": "expired_card"}, DeclineReason.EXPIRED_CARD),
        ({"code": "incorrect_cvc"}, DeclineReason.INCORRECT_SECURITY_CODE),
        ({"code": "authentication_required"}, DeclineReason.AUTHENTICATION_REQUIRED),
    ],
)
async def test_given_a_card_error_then_declined_at_the_card_and_at_the_confirmation(
    wire: type[Recorder], error: dict[str, str], reason: DeclineReason
) -> None:
    refusal = (402, {"error": {"type": "card_error", "message": "no"} | error})
    wire.answers += [refusal, refusal]
    stripe = Stripe(Account("", KEY))
    assert await stripe.prepare(order_for()) == Declined(reason)
    assert await stripe.charge(order_for(), "pi_1") == Declined(reason)


@pytest.mark.parametrize(
    ("status", "error_type", "expected"),
    [
        (429, "rate_limit_error", NotSent),
        (401, "invalid_request_error", Misconfigured),
        (403, "invalid_request_error", Misconfigured),
        (400, "idempotency_error", OutcomeUnknown),
        (409, "invalid_request_error", OutcomeUnknown),
        (500, "api_error", OutcomeUnknown),
        (503, "api_error", OutcomeUnknown),
    ],
)
async def test_given_an_error_of_the_interface_then_no_more_is_concluded_than_it_proves(
    wire: type[Recorder], status: int, error_type: str, expected: type[Exception]
) -> None:
    wire.answers += [(status, {"error": {"type": error_type, "message": "no"}})]
    with pytest.raises(expected) as caught:
        await Stripe(Account("", KEY)).charge(order_for(), "pi_1")
    assert caught.type is expected
    assert len(wire.sent) == 1  # and it is not tried again


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ((200, SUCCEEDED), Approved("ch_1")),
        ((200, INTENT), Misconfigured),
        ((200, INTENT | {"status": "processing"}), OutcomeUnknown),
        ((401, {"error": {"type": "invalid_request_error", "message": "no"}}), OutcomeUnknown),
        ((429, {"error": {"type": "rate_limit_error", "message": "no"}}), OutcomeUnknown),
    ],
)
async def test_given_a_refused_confirmation_then_only_the_state_of_the_intent_decides(
    wire: type[Recorder], then: tuple[int, dict[str, Any]], expected: Approved | type[Exception]
) -> None:
    wire.answers += [INVALID, then]
    stripe = Stripe(Account("", KEY))
    if isinstance(expected, Approved):
        assert await stripe.charge(order_for(), "pi_1") == expected
    else:
        with pytest.raises(expected) as caught:
            await stripe.charge(order_for(), "pi_1")
        assert caught.type is expected


async def test_given_a_bank_that_wants_a_web_page_when_it_cannot_be_cancelled_then_unknown(
    wire: type[Recorder],
) -> None:
    waiting = INTENT | {"status": "requires_action"}
    wire.answers += [(200, waiting), (200, waiting), (401, {"error": {"message": "no"}})]
    with pytest.raises(OutcomeUnknown):
        await Stripe(Account("", KEY)).charge(order_for(), "pi_1")


async def test_given_an_intent_of_another_account_when_looked_up_then_nothing_is_concluded(
    wire: type[Recorder],
) -> None:
    wire.answers += [(404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "no"}})]
    with pytest.raises(Misconfigured):
        await Stripe(Account("", KEY)).lookup("pi_1")


def test_given_an_sdk_that_was_told_to_log_then_it_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_LOG", "debug")
    with pytest.raises(Misconfigured):
        Stripe(Account("", KEY))
