"""Stripe, through its own SDK.

The account must be enabled for raw card numbers and, with `moto`, for telephone orders. A charge is three requests:
the card becomes a PaymentMethod, an unconfirmed PaymentIntent names it (no money moves; its id is stored by the
caller of this module), and only then the intent is confirmed.

A kept card goes the same way, without a security code. It is kept here and not at Stripe, so there is no customer to
attach it to (`setup_future_usage`); and the caller is on the phone, which `off_session` would deny.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import stripe
from pydantic import BaseModel, ValidationError

from pci.contract import DeclineReason
from pci.processors.base import (
    Account,
    Answer,
    Approved,
    Authorized,
    Capabilities,
    Collected,
    Declined,
    Misconfigured,
    Order,
    OutcomeUnknown,
    ProcessorError,
    Standing,
    Unseen,
    Voided,
)
from pci.processors.stripe_answers import answered, identity_of, reason_of, standing_of, translated
from pci.processors.wire import Wire

if TYPE_CHECKING:
    from stripe.params import PaymentIntentConfirmParams, PaymentIntentCreateParams, PaymentMethodCreateParams

_EXPAND: Final = ["latest_charge"]
# where Stripe's smallest unit is not that of ISO 4217 (https://docs.stripe.com/currencies#special-cases)
_HUNDREDFOLD: Final = frozenset({"ISK"})
_IN_TENS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class Stripe:
    """Charges by PaymentIntent. `Misconfigured` if the SDK was told to log what it sends."""

    name = "stripe"

    def __init__(self, account: Account) -> None:
        if "STRIPE_LOG" in os.environ:  # the SDK would print request bodies, card numbers included
            raise Misconfigured
        logging.getLogger("stripe").disabled = True
        stripe.log = None
        stripe.enable_telemetry = False
        # another address is a stand-in's, and those know only the core of the API
        self._real = not account.url
        moto = account.moto and self._real
        self.capabilities = Capabilities(
            lookup=True, timeout_void=True, holds=True, moto=moto, sends_security_code=True
        )
        url = account.url or stripe.DEFAULT_API_BASE
        self._wire = Wire(url)
        client = stripe.StripeClient(
            account.api_key,
            base_addresses={"api": url.rstrip("/")},
            http_client=_Transport(self._wire),
            max_network_retries=0,
        )
        self._methods = client.v1.payment_methods
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds

    async def prepare(self, order: Order) -> str | Declined:
        """Hand over the card, name it in an intent, and give the intent's id. Confirming it is what moves money."""
        key, intent_of = order.idempotency_key, self._intent(order)
        try:
            method = await self._methods.create_async(_payment_method(order), {"idempotency_key": f"{key}-card"})
            intent = await self._intents.create_async(
                {**intent_of, "payment_method": identity_of(method)}, {"idempotency_key": f"{key}-intent"}
            )
        except stripe.CardError as error:
            return Declined(reason_of(error.error or error))
        except stripe.StripeError as error:
            raise translated(error) from None
        return identity_of(intent)

    async def charge(self, order: Order, reference: str) -> Answer:
        """Confirm the intent: the money moves, or is held if the intent was made for that."""
        parameters: PaymentIntentConfirmParams = {"expand": _EXPAND}
        if self.capabilities.moto:
            parameters["payment_method_options"] = {"card": {"moto": True}}
        try:
            intent = await self._intents.confirm_async(
                reference, parameters, {"idempotency_key": f"{order.idempotency_key}-confirm"}
            )
        except stripe.CardError as error:
            return Declined(reason_of(error.error or error))
        except stripe.InvalidRequestError:
            return answered(await self._after_refusal(reference))
        except stripe.StripeError as error:
            raise translated(error) from None
        if isinstance(standing_of(intent), Unseen):
            return await self._without_web_page(reference)
        return answered(standing_of(intent))

    async def collect(self, reference: str) -> Collected:
        """Capture the funds of the intent. One that is refused may have been captured before, or cancelled."""
        try:
            # no key of ours: Stripe would repeat an error for a day, and it captures an intent only once anyway
            standing = standing_of(await self._intents.capture_async(reference, {"expand": _EXPAND}))
        except (stripe.InvalidRequestError, stripe.CardError):
            standing = await self._after_refusal(reference)
            if isinstance(standing, Authorized):
                raise Misconfigured from None
        except stripe.StripeError as error:
            raise translated(error) from None
        if not isinstance(standing, Collected):
            raise OutcomeUnknown
        return standing

    async def lookup(self, reference: str) -> Standing:
        """Retrieve the intent. An intent that is not there is another account's: `Misconfigured`, not `Unseen`."""
        try:
            return standing_of(await self._intents.retrieve_async(reference, {"expand": _EXPAND}))
        except stripe.StripeError as error:
            raise translated(error) from None

    async def void(self, reference: str) -> None:
        """Cancel the intent, with what it holds, or refund it in full if it has succeeded.

        No key of ours, as in `collect`: an error would be repeated for a day, and either happens once anyway.
        """
        try:
            match await self.lookup(reference):
                case Voided():
                    return
                case Approved():
                    refund = await self._refunds.create_async({"payment_intent": reference})
                    proven = getattr(refund, "status", None) == "succeeded"
                case _:
                    intent = await self._intents.cancel_async(reference)
                    proven = isinstance(standing_of(intent), Voided)
        except stripe.StripeError as error:
            raise translated(error) from None
        if not proven:
            raise OutcomeUnknown

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    def _intent(self, order: Order) -> PaymentIntentCreateParams:
        intent: PaymentIntentCreateParams = {
            "amount": _amount(order),
            "currency": order.currency.lower(),
            "capture_method": "manual" if order.hold else "automatic",
            "metadata": {"charge": order.reference, "order": order.order_id},
        }
        if self._real:  # methods that redirect to a web page are no use on the phone
            intent["allowed_payment_method_types"] = ["card"]
        return intent

    async def _after_refusal(self, reference: str) -> Standing:
        """What was done before is refused too, so only the state of the intent tells what happened."""
        try:
            standing = await self.lookup(reference)
        except ProcessorError:
            raise OutcomeUnknown from None
        if isinstance(standing, Unseen):
            raise Misconfigured
        return standing

    async def _without_web_page(self, reference: str) -> Declined:
        """The bank wants to see the cardholder on a web page, which a caller on the phone cannot be shown."""
        try:
            await self.void(reference)
        except ProcessorError:
            raise OutcomeUnknown from None
        return Declined(DeclineReason.AUTHENTICATION_REQUIRED)


class _Shape(BaseModel):
    """What every answer looks like; the SDK stumbles over anything else with errors that say nothing."""

    error: dict[str, object] = {}


class _Transport(stripe.HTTPClient):
    """Puts the SDK's requests on our wire, so that one set of rules holds for every processor."""

    name = "aiohttp"

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        reply = await self._wire.request(method, url, headers, post_data.encode() if post_data else None)
        try:
            _Shape.model_validate_json(reply.body)
        except ValidationError:
            raise OutcomeUnknown from None
        return reply.body, reply.status, reply.headers

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        await self._wire.close()


def _amount(order: Order) -> int:
    """In Stripe's units. `Misconfigured` for thousandths, which it takes in tens only: no other amount is charged."""
    if order.currency in _IN_TENS and order.amount % 10:
        raise Misconfigured
    return order.amount * 100 if order.currency in _HUNDREDFOLD else order.amount


def _payment_method(order: Order) -> PaymentMethodCreateParams:
    """The SDK takes str only: these short-lived copies are why pci runs with freed memory overwritten."""
    expiry = bytes(order.expiry.reveal()).decode("ascii")
    method: PaymentMethodCreateParams = {
        "type": "card",
        "card": {
            "number": bytes(order.pan.reveal()).decode("ascii"),
            "exp_month": int(expiry[:2]),
            "exp_year": 2000 + int(expiry[2:]),
        },
    }
    if order.cvv is not None:
        method["card"]["cvc"] = bytes(order.cvv.reveal()).decode("ascii")
    if order.postal_code is not None:
        method["billing_details"] = {"address": {"postal_code": bytes(order.postal_code.reveal()).decode("ascii")}}
    return method
