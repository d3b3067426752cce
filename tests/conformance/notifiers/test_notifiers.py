"""What every notifier does alike, whichever gateway is behind it."""

from __future__ import annotations

import pytest

from ivr.notify.errors import DestinationRefused, GatewayUnreachable, LoginRefused, NotifyError, Throttled
from ivr.notify.port import Notifier, Sms
from tests.conformance.notifiers.gateways import (
    CHECKING_LOGINS,
    INVALID,
    PRIVATE_TEXT,
    REFUSING,
    TAKING,
    THROTTLED,
    WRONG_PASSWORD,
    Gateway,
)

NUMBER = "+15550100123"


def played_by(*names: str) -> pytest.MarkDecorator:
    """Run the case with these gateways; those on Node are peers that have to be installed."""
    marked = [pytest.param(name, marks=pytest.mark.peer) if name.startswith("npm-") else name for name in names]
    return pytest.mark.parametrize("gateway", marked, indirect=True, ids=names)


@played_by(*TAKING)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Payment received: 125.40 USD, Visa ending 1111. Thank you.", id="plain"),
        pytest.param("@£$¥èéùìòÇØøÅå_ÆæßÉ!\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà {[€]}~\\|^", id="whole GSM alphabet"),
        pytest.param("Оплата получена: 125,40 ₽, спасибо 😀", id="UCS-2"),
        pytest.param("x" * 160, id="160 characters"),
        pytest.param("0123456789" * 40, id="400 characters"),
        pytest.param("Ж123456789" * 40, id="400 characters in UCS-2"),
    ],
)
async def test_given_a_text_then_the_gateway_receives_it_as_it_is(gateway: Gateway, text: str) -> None:
    async with gateway.notifier() as notifier:
        message_id = await notifier.send(Sms(NUMBER, text))
        assert await gateway.received(message_id) == (NUMBER, text)


@played_by(*TAKING)
async def test_given_two_texts_then_each_has_an_id_of_its_own(gateway: Gateway) -> None:
    async with gateway.notifier() as notifier:
        first, second = [await notifier.send(Sms(NUMBER, text)) for text in ("one", "two")]
        assert await gateway.received(first) == (NUMBER, "one")
        assert await gateway.received(second) == (NUMBER, "two")


@played_by(*REFUSING)
async def test_given_a_number_that_the_gateway_refuses_then_it_is_not_to_be_tried_again(
    gateway: Gateway, refusals: list[Exception]
) -> None:
    async with gateway.notifier() as notifier:
        error = await refusal(notifier, INVALID, refusals)
        assert isinstance(error, DestinationRefused)
        assert not error.retryable
        assert await notifier.send(Sms(NUMBER, "the next one goes out"))


@played_by(*REFUSING)
async def test_given_a_gateway_that_asks_to_slow_down_then_it_is_to_be_tried_again(
    gateway: Gateway, refusals: list[Exception]
) -> None:
    async with gateway.notifier() as notifier:
        error = await refusal(notifier, THROTTLED, refusals)
    assert isinstance(error, Throttled)
    assert error.retryable


@played_by(*TAKING)
async def test_given_a_gateway_that_is_down_from_the_start_then_it_is_to_be_tried_again(
    gateway: Gateway, refusals: list[Exception]
) -> None:
    async with gateway.notifier() as notifier:
        await gateway.stop()
        error = await refusal(notifier, NUMBER, refusals)
    assert isinstance(error, GatewayUnreachable)
    assert error.retryable


@played_by(*TAKING)
async def test_given_a_gateway_that_goes_down_between_two_texts_then_it_is_to_be_tried_again(
    gateway: Gateway, refusals: list[Exception]
) -> None:
    async with gateway.notifier() as notifier:
        await notifier.send(Sms(NUMBER, "one"))
        await gateway.stop()
        error = await refusal(notifier, NUMBER, refusals)
    assert isinstance(error, GatewayUnreachable)
    assert error.retryable


@played_by(*CHECKING_LOGINS)
async def test_given_a_wrong_password_then_the_error_says_so_and_where_to_mend_it(
    gateway: Gateway, refusals: list[Exception]
) -> None:
    async with gateway.notifier(WRONG_PASSWORD) as notifier:
        error = await refusal(notifier, NUMBER, refusals)
    assert isinstance(error, LoginRefused)
    assert error.retryable
    assert "refused the login: check account and password file in the section [sms]" in str(error)


async def refusal(notifier: Notifier, to: str, refusals: list[Exception]) -> NotifyError:
    """The error that a message to this number meets; it is kept for the search for secrets."""
    with pytest.raises(NotifyError) as caught:
        await notifier.send(Sms(to, PRIVATE_TEXT))
    refusals.append(caught.value)
    return caught.value
