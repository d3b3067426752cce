"""A payment names its call, so the call is in the ledger first: however often that takes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from ivr.calls.call import LiveCall
from ivr.calls.charging import Charging
from ivr.calls.services import Origin, Services
from ivr.flow.call import Due
from ivr.store.errors import StoreUnavailable
from pci.contract import ChargeRequest, ChargeState
from tests.unit.ledger import CARD, charge, open_ledger


class CardSide:
    async def charge(self, request: ChargeRequest) -> Any:
        return charge(ChargeState.APPROVED, request.charge_id)


async def test_given_a_ledger_that_failed_at_the_first_attempt_then_the_second_is_told_the_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_ledger(tmp_path) as ledger, asyncio.TaskGroup() as tasks:
        card_side: Any = CardSide()
        charging = Charging(card_side, ledger.store.payments, tasks)
        services = Services("ivr", Any, ledger.store, card_side, charging, Any, Any, Any)  # type: ignore[arg-type]
        call = LiveCall(Origin("call-2", "1000", None, "pay-invoice"), Any, "en", services, Any)  # type: ignore[arg-type]

        async def full(*_: object, **__: object) -> None:
            raise StoreUnavailable

        monkeypatch.setattr(ledger.store.calls, "record_call_start", full)
        assert (await call.charge(Due(ledger.invoice), CARD)).state is ChargeState.NOT_CHARGED
        monkeypatch.undo()

        assert (await call.charge(Due(ledger.invoice), CARD)).state is ChargeState.APPROVED
