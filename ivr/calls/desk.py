"""What callers ask of people, taken down in the ledger, and what they paid before."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from ivr.calls.services import Services
from ivr.flow.call import LookupFailed
from ivr.flow.requests import CallbackRequest, EarlierPayment, Noted, Request
from ivr.store.errors import StoreError
from ivr.store.requests import Asker, Requests

_log = structlog.get_logger()


async def earlier_payments(requests: Requests, account: str) -> Sequence[EarlierPayment]:
    """What was paid for an account before, the latest first; LookupFailed if the ledger cannot say."""
    try:
        return await requests.earlier_payments(account)
    except StoreError as error:
        _log.error("lookup_failed", reason=type(error).__name__)
        raise LookupFailed from None


async def note(services: Services, request: Request, asker: Asker) -> Noted:
    """Write a request down; NOT_NOTED if the ledger fails."""
    try:
        noted = await services.store.requests.note(request, asker)
    except StoreError as error:
        _log.error("request_not_noted", reason=type(error).__name__)
        return Noted.NOT_NOTED
    floor = services.floor
    if isinstance(request, CallbackRequest) and floor is not None and not floor.calls_back(request.queue):
        noted = Noted.LATER
    _log.info("request_noted", outcome=noted)
    return noted
