"""An agent who talks with a caller, with both sides of the wall as they are served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from asterisk_ari.fake import FakeCall
from ivr import app
from ivr.agents.desk import Payment
from ivr.agents.live import LiveDesk
from ivr.agents.view import PaymentView, Stage, Status
from ivr.flow.call import Captured, Due
from ivr.money import Money
from ivr.store.payments import Intent
from pci.contract import Brand, CardField
from tests.conformance.agents.benches import at, sees
from tests.standins.live_desk import AGENTS, FLOW
from tests.standins.live_ivr import hears
from tests.standins.whole_stack import WholeStack, whole_stack

ANNA = "anna"
BILL = Payment(Money(12540, "USD"), "1000442")
ANYTHING = Payment(Money(5000, "USD"), "SPARE PART 7")


@dataclass
class Talk:
    """Anna has a caller; `phone` is hers."""

    stack: WholeStack
    desk: LiveDesk
    caller: FakeCall
    phone: FakeCall
    desks: list[LiveDesk]

    @asynccontextmanager
    async def started_anew(self) -> AsyncIterator[LiveDesk]:
        """The desk of another call side, once the first has ended politely."""
        async with self.stack.started_anew():
            yield self.desks[-1]

    async def takes(self, payment: Payment = BILL) -> None:
        """Anna sends the caller to the card side, where they are asked for the number."""
        await self.desk.take_payment(ANNA, payment)
        await hears(self.caller, "card-number")

    async def keys_card(self, card: str) -> None:
        """The caller keys all of a card, and is asked whether to pay."""
        self.caller.press(f"{card}#")
        await hears(self.caller, "expiry")
        self.caller.press("1230#")
        await hears(self.caller, "security-code-3")
        self.caller.press("987#")
        await hears(self.caller, "press-1-to-confirm")

    async def pays(self, card: str) -> None:
        """The same, and says yes."""
        await self.keys_card(card)
        self.caller.press("1")

    async def is_paid_by_another_call(self) -> None:
        """Another caller has confirmed the bill, and the bank is asked."""
        store = self.desk.floor.equipment.store
        (listed,) = await store.invoices.find_bills(BILL.reference, BILL.amount)
        await store.calls.record_call_start("another", dialled="1000", caller=None, flow="pay-invoice")
        card = Captured("another-capture", Brand.VISA, "4242")
        await store.payments.begin_payment(Intent("another.1", "another", Due(listed.invoice), card))

    async def sees(self, stage: Stage, wanted: Callable[[PaymentView], object] = lambda _: True) -> PaymentView:
        """What Anna sees of the payment, once the call is there and the payment so."""
        view = await sees(
            self.desk,
            ANNA,
            lambda view: at(stage)(view) and view.call and view.call.payment and wanted(view.call.payment),
        )
        assert view.call is not None
        assert view.call.payment is not None
        return view.call.payment

    async def keyed(self, field: CardField, state: str = "accepted") -> PaymentView:
        """What Anna sees once a field is so."""
        return await self.sees(Stage.CAPTURING, lambda payment: payment.fields[field].state == state)

    async def together(self) -> None:
        """Wait until both hear each other."""
        async with asyncio.timeout(30):
            await self.caller.until(
                lambda call: call.bridge_id is not None and call.bridge_id == self.phone.bridge_id
            )


@asynccontextmanager
async def talking(folder: Path) -> AsyncIterator[Talk]:
    """Everything up and connected, and Anna in a call."""
    file = folder / "flow.yaml"
    file.write_text(FLOW, encoding="utf-8")
    opened: list[LiveDesk] = []

    class Kept(LiveDesk):
        def __init__(self, *parts: object) -> None:
            super().__init__(*parts)  # type: ignore[arg-type]
            opened.append(self)

    with patch.object(app, "LiveDesk", Kept):
        async with whole_stack(folder, extra=AGENTS, timeout=20, charge_timeout=60, flows=file) as stack:
            stack.asterisk.picks_up = False
            desk = opened[-1]
            await desk.sign_on(ANNA, "Anna")
            await desk.set_status(ANNA, Status.READY)
            caller = stack.asterisk.dial("1000", caller="+15550100777")
            await hears(caller, "enter-account")
            caller.press("1000442#")
            async with asyncio.timeout(30):
                await stack.asterisk.until(lambda asterisk: len(asterisk.calls) > 1)
            phone = stack.asterisk.calls[-1]
            await desk.accept(ANNA)
            phone.pick_up()
            talk = Talk(stack, desk, caller, phone, opened)
            await talk.together()
            yield talk
