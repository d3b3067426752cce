"""After any series of accidents, our book and the processor's ledger say the same, and nobody was charged twice."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pci.charges import Charges
from pci.contract import ChargeRequest, ChargeState, Closing
from pci.errors import NothingHeld, OrderInProgress
from pci.simulator.outcomes import Fault
from tests.unit.charging import DECLINED, GOOD, FastClock, Shop, outcome, shop

pytestmark = pytest.mark.process


QUICK_FAULTS = [Fault.ANSWER_LOST, Fault.NEVER_ARRIVED, Fault.ERROR_AFTER_BOOKING, Fault.GARBAGE]


@dataclass(frozen=True)
class Attempted:
    """One try to pay an order, and what goes wrong with it. With `closings` the amount is held first."""

    order_id: str
    number: str
    fault: Fault | None
    asked_twice: bool
    client_leaves: bool
    lookups: str
    kept_card: bool
    closings: tuple[tuple[Closing, Fault | None], ...] | None


ATTEMPTS = st.builds(
    Attempted,
    order_id=st.sampled_from(["inv-1", "inv-2"]),
    number=st.sampled_from([GOOD, GOOD, DECLINED]),
    fault=st.sampled_from([None, None, *QUICK_FAULTS]),
    asked_twice=st.booleans(),
    client_leaves=st.booleans(),
    lookups=st.sampled_from(["truthful", "truthful", "not-found", "pending", "error"]),
    kept_card=st.booleans(),
    closings=st.none()
    | st.lists(st.tuples(st.sampled_from(Closing), st.sampled_from([None, None, *QUICK_FAULTS])), max_size=3).map(
        tuple
    ),
)


async def ask_for(it: Shop, attempt: Attempted) -> ChargeRequest:
    token = await it.keep(attempt.number) if attempt.kept_card else None
    action = "charge" if attempt.closings is None else "authorize"
    return await it.request(attempt.number, order_id=attempt.order_id, action=action, token=token)


async def close_it(it: Shop, charges: Charges, charge_id: str, attempt: Attempted) -> None:
    for closing, fault in attempt.closings or ():
        await it.behave(attempt.lookups, next_closing_faults=[fault] if fault else [])  # type: ignore[arg-type]
        with suppress(NothingHeld, OrderInProgress):
            charge = await charges.close(charge_id, closing)
            assert charge.closing is closing


async def live_through(attempts: list[Attempted]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with shop(Path(folder)) as it:
            made: list[str] = []
            async with it.charges(FastClock()) as charges, asyncio.TaskGroup() as clients:
                for attempt in attempts:
                    faults = [attempt.fault] if attempt.fault else []
                    await it.behave(attempt.lookups, next_faults=faults)  # type: ignore[arg-type]
                    request = await ask_for(it, attempt)
                    try:
                        if attempt.client_leaves:
                            client = clients.create_task(charges.charge(request))
                            await asyncio.sleep(0)
                            client.cancel()
                        charge = await charges.charge(request)
                        assert not attempt.asked_twice or (await charges.charge(request)).order_id == charge.order_id
                    except OrderInProgress:
                        continue
                    made.append(request.charge_id)
                    await close_it(it, charges, request.charge_id, attempt)
                await it.behave("truthful")
                ended = [await outcome(charges, charge_id) for charge_id in made]
            ledger = {entry["reference"]: entry["state"] for entry in await it.ledger()}
    for charge in ended:
        booked = ledger.get(charge.charge_id)
        assert (charge.state is ChargeState.APPROVED) == (booked == "approved"), (charge, booked)
        assert (charge.state is ChargeState.AUTHORIZED) == (booked == "authorized"), (charge, booked)
        assert charge.state is not ChargeState.AUTHORIZED or charge.closing is None
        assert charge.closing is not Closing.VOID or booked == "voided"
    for order_id in ("inv-1", "inv-2"):
        counts = (ChargeState.APPROVED, ChargeState.AUTHORIZED)
        taken = [charge for charge in ended if charge.order_id == order_id and charge.state in counts]
        assert len(taken) <= 1
    assert set(ledger) <= set(made)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ATTEMPTS, min_size=1, max_size=6))
def test_given_any_series_of_accidents_then_both_books_agree(attempts: list[Attempted]) -> None:
    asyncio.run(live_through(attempts))
