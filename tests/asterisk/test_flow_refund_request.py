"""refund-request on a real Asterisk: a payment of one call is asked back in the next, and no money moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.requests import RefundReason, RefundStatus
from ivr.store.database import sqlite_url
from ivr.store.store import open_store
from stack.demo.caller import ACCOUNT
from stack.demo.verdict import booked, released
from stack.phones import open_pjsua2
from stack.product import Plan, product
from tests.asterisk.keying import answers
from tests.asterisk.paying import Listener, pay, phone_for

pytestmark = pytest.mark.timeout(240)


async def test_a_part_of_a_payment_is_asked_back(tmp_path: Path) -> None:
    # given a caller who paid their bill
    listener = Listener()
    async with product(Plan(tmp_path / "product", listener=listener)) as running:
        async with phone_for(running, "pjsua2", tmp_path / "phone") as phone:
            await pay(phone, listener)
        listener.caller = None
        # when they call again and ask for 25.50 of it
        async with open_pjsua2(tmp_path / "again", running.asterisk.sip_port) as caller:
            since = len(running.ivr.log)
            await caller.dial("1010")
            keys = {
                **{"enter-account": f"{ACCOUNT}#", "refund-this-one": "1", "refund-how-much": "2"},
                **{"refund-enter-amount": "25*50#", "refund-why": "3", "refund-right": "1"},
            }
            await answers(caller, running.ivr, keys, since)
        # then a person has it on their list, and the processor knows nothing of it
        async with open_store(sqlite_url(running.ivr_folder / "ivr.sqlite")) as store:
            (refund,) = await store.requests.refunds(closed=False)
        assert (str(refund.amount), str(refund.paid), refund.account) == ("25.50", "125.40", ACCOUNT)
        assert (refund.reason, refund.status) == (RefundReason.REQUESTED_BY_CUSTOMER, RefundStatus.PENDING)
        assert [row["state"] for row in booked(running)] == ["approved"]
        assert await released(running)
