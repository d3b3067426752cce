"""What callers ask of people, taken down in the ledger, and what they paid before."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from ivr.flow.call import LookupFailed
from ivr.flow.requests import EarlierPayment, Noted, Request
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


async def note(requests: Requests, request: Request, asker: Asker) -> Noted:
    """Write a request down; NOT_NOTED if the ledger fails."""
    try:
        noted = await requests.note(request, asker)
    except StoreError as error:
        _log.error("request_not_noted", reason=type(error).__name__)
        return Noted.NOT_NOTED
    _log.info("request_noted", outcome=noted)
    return noted
