"""Charging a card that was kept: without a security code, once per request, and only while it is kept and valid."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pci.contract import Brand, ChargeState, DeclineReason
from pci.errors import CardExpired, CardGone, Conflict, OrderInProgress
from pci.processors.base import Declined, Order, Processor
from tests.unit.charging import ANSWER_LOST, Around, FastClock, HandClock, Shop, outcome, shop

FINE_UNTIL_STORED = "4000000000000341"


class Looking(Around):
    """Remembers what it was given to charge."""

    def __init__(self, inner: Processor) -> None:
        super().__init__(inner)
        self.codes: list[bool] = []
        self.kept: list[bool] = []

    async def prepare(self, order: Order) -> str | Declined:
        self.codes.append(order.cvv is not None)
        self.kept.append(order.kept)
        return await super().prepare(order)


async def test_given_a_kept_card_then_it_is_charged_without_a_security_code_and_says_that_it_was_kept(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it:
        looking = Looking(it.processor)
        async with it.charges(processor=looking) as charges:
            request = await it.request(token=await it.keep())

            charge = await charges.charge(request)

            assert (charge.state, charge.brand, charge.last4) == (ChargeState.APPROVED, Brand.VISA, "1111")
            assert await charges.charge(request) == charge
            assert await it.approved(request.order_id) == 1
            await charges.charge(await it.request())
        assert (looking.codes, looking.kept) == ([False, True], [True, False])
        assert [entry["stored_card"] for entry in await it.ledger()] == [1, 0]


async def test_given_a_kept_card_then_it_pays_many_orders_and_each_of_them_once(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        token = await it.keep()
        for order_id in ("inv-a", "inv-b"):
            await charges.charge(await it.request(token=token, order_id=order_id))
            with pytest.raises(OrderInProgress):
                await charges.charge(await it.request(token=token, order_id=order_id))
            assert await it.approved(order_id) == 1


async def charges_on_record(it: Shop, folder: Path) -> int:
    with closing(sqlite3.connect(folder / "pci.sqlite")) as database:
        return int(database.execute("SELECT count(*) FROM charges").fetchone()[0]) + len(await it.ledger())


async def test_given_a_card_that_was_never_kept_or_is_forgotten_then_its_token_charges_nothing(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        never_kept = it.held(await it.request()).token
        forgotten = await it.keep()
        await it.vault.forget(forgotten)
        for token in (never_kept, forgotten, "tok_none"):
            with pytest.raises(CardGone):
                await charges.charge(await it.request(token=token))
        assert await charges_on_record(it, tmp_path) == 0


async def test_given_a_kept_card_that_has_expired_then_it_is_not_sent_to_the_bank(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        with pytest.raises(CardExpired):
            await charges.charge(await it.request(token=await it.keep(expiry="0120")))
        assert await charges_on_record(it, tmp_path) == 0


async def test_given_a_card_that_is_forgotten_while_its_charge_begins_then_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        token = await it.keep()
        record = it.attempts.record

        async def too_late(*values: object) -> None:
            await it.vault.forget(token)
            await record(*values)  # type: ignore[arg-type]

        monkeypatch.setattr(it.attempts, "record", too_late)
        with pytest.raises(CardGone):
            await charges.charge(await it.request(token=token))
        assert await charges_on_record(it, tmp_path) == 0


async def test_given_a_charge_then_its_name_cannot_be_used_for_another_card(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        keyed, token = await it.request(), await it.keep()
        stored = keyed.model_copy(update={"capture_id": None, "token": token})
        own_token = stored.model_copy(update={"token": it.held(keyed).token})
        charge = await charges.charge(keyed)
        for other in (stored, own_token, keyed.model_copy(update={"action": "authorize"})):
            with pytest.raises(Conflict):
                await charges.charge(other)
        assert await charges.charge(keyed) == charge


async def test_given_a_lost_answer_then_it_is_cleared_up_without_the_card(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        async with it.charges(HandClock()) as charges:
            token = await it.keep(ANSWER_LOST)
            request = await it.request(token=token)
            assert (await charges.charge(request)).state is ChargeState.UNKNOWN
        await it.vault.forget(token)
        async with it.charges(FastClock()) as charges:
            charge = await outcome(charges, request.charge_id)
            assert charge.state is ChargeState.APPROVED
            assert await charges.charge(request) == charge
        assert await it.approved(request.order_id) == 1


async def test_given_a_bank_that_wants_the_code_then_the_kept_card_is_declined_and_stays(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        token = await it.keep(FINE_UNTIL_STORED)
        charge = await charges.charge(await it.request(token=token))
        assert (charge.state, charge.decline_reason) == (ChargeState.DECLINED, DeclineReason.GENERIC)
        assert (await it.vault.find(token)).last4 == "0341"
