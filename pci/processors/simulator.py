"""The processor stand-in that ships with Tonewall (`pci simulator`), seen from the card side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from yarl import URL

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
    NotSent,
    Order,
    OutcomeUnknown,
    Pending,
    Standing,
    Unseen,
    Voided,
)
from pci.processors.wire import Reply, Wire
from pci.secret import wipe

_REASONS: Final = {
    "do_not_honor": DeclineReason.GENERIC,
    "insufficient_funds": DeclineReason.INSUFFICIENT_FUNDS,
    "expired_card": DeclineReason.EXPIRED_CARD,
    "incorrect_cvc": DeclineReason.INCORRECT_SECURITY_CODE,
    "incorrect_number": DeclineReason.INVALID_CARD,
    "transaction_not_allowed": DeclineReason.NOT_PERMITTED,
    "fraudulent": DeclineReason.SUSPECTED_FRAUD,
    "stolen_card": DeclineReason.SUSPECTED_FRAUD,
    "authentication_required": DeclineReason.AUTHENTICATION_REQUIRED,
}
_Short = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$")]


class _Charge(BaseModel):
    """What the stand-in says of a charge; more fields may come, these must be there."""

    model_config = ConfigDict(strict=True)

    reference: str
    state: Literal["approved", "authorized", "declined", "voided", "pending"]
    decline_code: _Short | None
    approval_code: _Short | None

    def standing(self) -> Standing:
        match self.state:
            case "approved":
                return Approved(self.approval_code)
            case "authorized":
                return Authorized(self.approval_code)
            case "declined":
                return Declined(_REASONS.get(self.decline_code or "", DeclineReason.GENERIC))
            case "voided":
                return Voided()
            case "pending":
                return Pending()


class Simulator:
    """Charges at the stand-in, by our own reference."""

    name = "simulator"
    capabilities = Capabilities(lookup=True, timeout_void=True, holds=True, moto=True, sends_security_code=True)

    def __init__(self, account: Account) -> None:
        self._wire = Wire(account.url)
        self._charges = URL(account.url).origin() / "v1" / "charges"
        self._headers = {"Authorization": f"Bearer {account.api_key}", "Content-Type": "application/json"}
        self._moto = account.moto

    async def prepare(self, order: Order) -> str:
        """Our own reference will do: the stand-in finds a charge by it."""
        return order.reference

    async def charge(self, order: Order, reference: str) -> Answer:
        """Send the charge once."""
        body = self._body(order, reference)
        try:
            headers = self._headers | {"Idempotency-Key": order.idempotency_key}
            reply = await self._wire.request("POST", str(self._charges), headers, body)
        finally:
            wipe(body)
        standing = _read(reply, reference)
        if not isinstance(standing, Answer):
            raise OutcomeUnknown
        return standing

    async def collect(self, reference: str) -> Collected:
        """Take by reference what is held."""
        standing = await self._close("collect", reference)
        if not isinstance(standing, Collected):
            raise OutcomeUnknown
        return standing

    async def lookup(self, reference: str) -> Standing:
        """Ask by reference."""
        url = self._charges.with_query(reference=reference)
        reply = await self._wire.request("GET", str(url), self._headers, None)
        return Unseen() if reply.status == 404 else _read(reply, reference)

    async def void(self, reference: str) -> None:
        """Undo or forbid by reference."""
        if not isinstance(await self._close("void", reference), Voided | Declined):
            raise OutcomeUnknown

    async def close(self) -> None:
        """Close the connection."""
        await self._wire.close()

    async def _close(self, how: str, reference: str) -> Standing:
        body = json.dumps({"reference": reference}).encode()
        return _read(await self._wire.request("POST", str(self._charges / how), self._headers, body), reference)

    def _body(self, order: Order, reference: str) -> bytearray:
        """The request in one buffer that can be wiped: the digits never become part of a str."""
        card: Mapping[str, memoryview] = {
            "number": order.pan.reveal(),
            "expiry": order.expiry.reveal(),
            **({"security_code": order.cvv.reveal()} if order.cvv is not None else {}),
            **({"postal_code": order.postal_code.reveal()} if order.postal_code is not None else {}),
        }
        plain = {
            "reference": reference,
            "order_id": order.order_id,
            "amount": order.amount,
            "currency": order.currency,
            "moto": self._moto,
            "hold": order.hold,
            "stored_card": order.kept,
        }
        body = bytearray(json.dumps(plain)[:-1].encode())
        for field, digits in card.items():
            body += b', "%b": "' % field.encode()
            body += digits
            body += b'"'
        body += b"}"
        return body


def _read(reply: Reply, reference: str) -> Standing:
    """What a reply says of our charge; anything that cannot be understood leaves the outcome unknown."""
    match reply.status:
        case 200:
            try:
                charge = _Charge.model_validate_json(reply.body)
            except ValidationError:
                raise OutcomeUnknown from None
            if charge.reference != reference:
                raise OutcomeUnknown
            return charge.standing()
        case 400 | 401 | 403 | 404 | 413 | 422:
            raise Misconfigured
        case 429:
            raise NotSent
        case _:
            raise OutcomeUnknown
