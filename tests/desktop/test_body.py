"""Whatever a body holds: it is read as it was meant, or refused with a sentence that repeats nothing of it."""

from __future__ import annotations

import json
import string
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from ivr.desktop.problems import BodyRefused, NotJson
from ivr.desktop.request import read_body
from ivr.desktop.routes import ROUTES
from ivr.desktop.shapes import NewPayment
from ivr.money import CURRENCIES
from tests.desktop.rig import PAYMENT, Program, Served, served

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
BODIES = sorted({route.body for route in ROUTES}, key=lambda body: body.__name__)
PAYMENTS = st.fixed_dictionaries(
    {
        "amount": st.fixed_dictionaries({"minor": st.integers(1, 10**11), "currency": st.sampled_from(CURRENCIES)}),
        "reference": st.text(string.ascii_letters + string.digits, min_size=1, max_size=20),
    },
    optional={"security_code": st.booleans(), "postal_code": st.booleans()},
)


@given(PAYMENTS)
def test_given_a_payment_as_it_has_to_be_then_it_is_read_as_it_was_written(payment: dict[str, object]) -> None:
    read = read_body(json.dumps(payment).encode(), NewPayment)
    assert {**payment} == {name: value for name, value in read.model_dump().items() if name in payment}


@given(st.sampled_from(BODIES), st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_given_anything_then_it_is_read_or_refused_and_nothing_else_happens(body: type, octets: bytes) -> None:
    with suppress(NotJson, BodyRefused):
        read_body(octets, body)


@given(PAYMENTS, st.text(string.ascii_letters, min_size=12, max_size=40))
def test_given_a_key_that_is_not_known_then_the_refusal_does_not_repeat_it(
    payment: dict[str, object], key: str
) -> None:
    with pytest.raises(BodyRefused) as refused:
        read_body(json.dumps({**payment, key: 1}).encode(), NewPayment)
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    "amount",
    [
        {"minor": 0, "currency": "USD"},
        {"minor": -1, "currency": "USD"},
        {"minor": 125.40, "currency": "USD"},
        {"minor": "12540", "currency": "USD"},
        {"minor": True, "currency": "USD"},
        {"minor": 10**12, "currency": "USD"},
        {"minor": 1, "currency": "usd"},
        {"minor": 1, "currency": "XXX"},
        {"minor": 1, "currency": "USD", "fee": 1},
        {"minor": 1},
        125.40,
        None,
    ],
)
def test_given_an_amount_that_is_none_then_it_is_refused(amount: object) -> None:
    with pytest.raises(BodyRefused, match=r"amount|known"):
        read_body(json.dumps({**PAYMENT, "amount": amount}).encode(), NewPayment)


def test_given_a_key_twice_then_nobody_guesses_which_is_meant() -> None:
    with pytest.raises(BodyRefused, match="twice"):
        read_body(b'{"reference": "A", "reference": "B", "amount": {"minor": 1, "currency": "USD"}}', NewPayment)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api() -> AsyncIterator[Served]:
    async with served() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(api: Served) -> Program:
    return await api.program()


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"Content_Type": "text/plain"}, 415),
        (b"{}", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        (b"{", {}, 415),
        (b"[" * 15_000, {}, 415),
        (b"\xff\xfe", {}, 415),
        (b"[]", {}, 422),
        (b"{}" + b" " * 16_384, {}, 413),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_given_a_body_that_is_none_of_ours_then_the_status_says_what_is_wrong(
    desk: Program, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await desk.ask("POST", "/v1/calls/c1/payments", body, Idempotency_Key="1", **headers)
    assert answer.status == status
    assert answer.said["detail"]
