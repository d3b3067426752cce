"""The steps of a charge that must be impossible, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pci.contract import ChargeState, Closing, DeclineReason
from pci.processors.base import Approved, Authorized, Declined, Voided
from tests.unit.charging import ANSWER_LOST, HandClock, Shop, shop


async def unknown(it: Shop) -> str:
    """A charge that nobody knows the outcome of."""
    async with it.charges(HandClock()) as charges:
        return (await charges.charge(await it.request(ANSWER_LOST))).charge_id


async def state(it: Shop, charge_id: str) -> ChargeState:
    attempt = await it.attempts.find(charge_id)
    assert attempt is not None
    return attempt.charge.state


async def test_given_a_void_was_asked_for_then_the_charge_cannot_become_approved(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        charge_id = await unknown(it)
        await it.attempts.voiding(charge_id)

        await it.attempts.settle(charge_id, Approved("A1"))
        assert await state(it, charge_id) is ChargeState.UNKNOWN

        await it.attempts.settle(charge_id, Voided())
        assert await state(it, charge_id) is ChargeState.NOT_CHARGED


async def test_given_a_hold_that_nobody_asked_to_close_then_no_word_of_anybody_changes_it(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        charge_id = (await it.authorized(charges)).charge_id
        for outcome in (Approved("A2"), Authorized("A2"), Declined(DeclineReason.GENERIC), Voided()):
            await it.attempts.settle(charge_id, outcome)
            assert await state(it, charge_id) is ChargeState.AUTHORIZED


async def test_given_a_plain_charge_then_it_is_never_taken_for_a_hold(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        charge_id = await unknown(it)
        await it.attempts.settle(charge_id, Authorized("A1"))
        assert await state(it, charge_id) is ChargeState.UNKNOWN


async def test_given_a_hold_that_is_to_be_voided_then_it_can_end_in_nothing_else(tmp_path: Path) -> None:
    async with shop(tmp_path) as it, it.charges() as charges:
        charge_id = (await it.authorized(charges)).charge_id
        assert await it.attempts.close(charge_id, Closing.VOID)
        await it.attempts.reopen(charge_id)
        assert not await it.attempts.close(charge_id, Closing.COLLECT)
        await it.attempts.settle(charge_id, Approved("A2"))
        assert await state(it, charge_id) is ChargeState.AUTHORIZED
        await it.attempts.settle(charge_id, Voided())
        assert await state(it, charge_id) is ChargeState.NOT_CHARGED


@pytest.mark.parametrize("outcome", [Approved("A1"), Declined(DeclineReason.GENERIC), Voided()])
async def test_given_a_final_state_then_no_later_word_changes_it(
    tmp_path: Path, outcome: Approved | Declined | Voided
) -> None:
    async with shop(tmp_path) as it:
        charge_id = await unknown(it)
        await it.attempts.settle(charge_id, outcome)
        final = await state(it, charge_id)

        for later in (Approved("A2"), Declined(DeclineReason.INVALID_CARD), Voided()):
            await it.attempts.settle(charge_id, later)
        await it.attempts.lose(charge_id)

        assert final.final
        assert await state(it, charge_id) is final
        assert await it.attempts.left_open() == []
