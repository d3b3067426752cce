"""What callers of rehearsed calls asked of people, under the rules of the real ledger."""

from __future__ import annotations

from ivr.flow.requests import CallbackRequest, Noted, RefundRequest, Request


class Asked:
    """The requests of a call; `told` is each in words, as a test expects it."""

    def __init__(self) -> None:
        self._requests: list[Request] = []

    @property
    def told(self) -> tuple[str, ...]:
        """Each request that waits for a person."""
        return tuple(map(_told, self._requests))

    def refunds_of(self, payment: str) -> int:
        """How much of a payment is asked back, in minor units."""
        refunds = (request for request in self._requests if isinstance(request, RefundRequest))
        return sum(refund.amount.minor for refund in refunds if refund.payment.id == payment)

    def note(self, request: Request) -> Noted:
        """Write it down, unless the same one waits already."""
        if any(_same(request, other) for other in self._requests):
            return Noted.ALREADY
        self._requests.append(request)
        return Noted.NOTED


def _same(one: Request, other: Request) -> bool:
    if isinstance(one, CallbackRequest) and isinstance(other, CallbackRequest):
        return (one.number, one.reason) == (other.number, other.reason)
    if isinstance(one, RefundRequest) and isinstance(other, RefundRequest):
        return (one.payment.id, one.amount) == (other.payment.id, other.amount)
    return False


def _told(request: Request) -> str:
    if isinstance(request, CallbackRequest):
        return " ".join(filter(None, ("callback", request.number, request.window, request.reason, request.queue)))
    amount = request.amount
    return f"refund {amount} {amount.currency} {request.payment.reference} {request.reason}"
