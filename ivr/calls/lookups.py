"""What a call looks up: in the ledger, and at the merchant's API."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import ClassVar

import structlog

from ivr.apis.errors import ApiError
from ivr.apis.port import Apis
from ivr.flow.answer import Json
from ivr.flow.call import Found, Invoice, Learned, LookupFailed
from ivr.money import Money
from ivr.store.errors import StoreError
from ivr.store.invoices import Invoices
from ivr.store.models import OutboxKind

_log = structlog.get_logger()


class SeveralBills(LookupFailed):
    """Bills of several accounts have this number: the account has to be named instead."""

    outcome: ClassVar = "several-bills"


class PaidAlready(LookupFailed):
    """The bill with this number and amount is paid."""

    outcome: ClassVar = "paid-already"


class Lookups:
    """The ledger and the APIs, for every call. `ways` are the kinds of messages that have a gateway."""

    def __init__(self, invoices: Invoices, apis: Apis, ways: Collection[OutboxKind]) -> None:
        self._invoices = invoices
        self._apis = apis
        self._ways = ways

    @property
    def texts(self) -> bool:
        """Whether a caller may be promised a text message."""
        return OutboxKind.SMS in self._ways

    async def find_invoice(self, account: str) -> Invoice | None:
        """The open invoice of an account; LookupFailed if the ledger cannot say."""
        try:
            return self._reachable(await self._invoices.find_open_invoice(account))
        except StoreError as error:
            raise _failed(error) from None

    async def bill_meant(self, name: str, amount: Money, account: str = "") -> Invoice | None:
        """The bill of just this amount that an agent or a PBX means by an account, or by the number of the bill.

        None if there is none. Of several accounts whose bills have the number it is `account`, if it is among them.

        LookupFailed if the ledger cannot say; SeveralBills; PaidAlready.
        """
        try:
            bills = await self._invoices.find_bills(name, amount)
        except StoreError as error:
            raise _failed(error) from None
        of_account = [bill for bill in bills if bill.invoice.account == name and not bill.paid]
        numbered = [bill for bill in bills if bill.invoice.reference == name]
        meant = of_account[:1] or [bill for bill in numbered if bill.invoice.account == account] or numbered
        if len(meant) > 1:
            raise SeveralBills
        if any(bill.paid for bill in meant):
            raise PaidAlready
        return self._reachable(meant[0].invoice if meant else None)

    async def ask_api(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Learned | None:
        """What an API says, its bill in the ledger; None if nothing is owed there, or here.

        LookupFailed if there is no usable answer, or the ledger cannot say.
        """
        found = await self._found(api, path, read)
        if found is None:
            return None
        if found.bill is None:
            return Learned(own=found.own)
        try:
            invoice = self._reachable(await self._invoices.put_bill(found.bill))
        except StoreError as error:
            raise _failed(error) from None
        return Learned(invoice, found.own) if invoice else None

    async def _found(self, api: str, path: str, read: Callable[[Json], Found | None]) -> Found | None:
        try:
            answer = await self._apis.get(api, path)
            return None if answer is None else read(answer)
        except ApiError as error:
            _log.warning("lookup_failed", api=api, reason=str(error))
        except ValueError as error:  # of `read`, whose messages hold nothing of the answer
            _log.warning("lookup_failed", api=api, reason=f"The answer does not fit the flow: {error}.")
        raise LookupFailed

    def _reachable(self, invoice: Invoice | None) -> Invoice | None:
        """The invoice with only the addresses to which there is a gateway: a flow may promise no other message."""
        if invoice is None:
            return None
        mobile = invoice.mobile if OutboxKind.SMS in self._ways else None
        email = invoice.email if OutboxKind.EMAIL in self._ways else None
        return replace(invoice, mobile=mobile, email=email)


def _failed(error: StoreError) -> LookupFailed:
    _log.error("lookup_failed", reason=type(error).__name__)
    return LookupFailed()
