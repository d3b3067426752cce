"""What the buttons of an agent's page do: an act by its name, from what its form brought."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from ivr.accounts.account import Account
from ivr.agents.desk import AgentDesk, Payment
from ivr.agents.errors import AmountNotAllowed, NotNow, WrongAddress
from ivr.agents.view import Status
from ivr.money import Money, parse_amount
from pci.contract import CardField

Form: TypeAlias = Mapping[str, str]
Act: TypeAlias = Callable[[AgentDesk, Account, Form], Awaitable[None]]
_FIELDS: Final = {str(field): field for field in CardField}
_MOST: Final = 80


async def _sign_on(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.sign_on(who.name, who.shown)


async def _ready(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.set_status(who.name, Status.READY)


async def _pause(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.set_status(who.name, Status.BUSY)


async def _sign_off(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.set_status(who.name, Status.SIGNED_OFF)


async def _accept(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.accept(who.name)


async def _decline(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.decline(who.name)


async def _dial(desk: AgentDesk, who: Account, form: Form) -> None:
    await desk.dial(who.name, "".join(form.get("number", "").split()))


async def _take_payment(desk: AgentDesk, who: Account, form: Form) -> None:
    payment = Payment(_money(form), form.get("reference", "").strip()[:_MOST], postal_code="postal_code" in form)
    await desk.take_payment(who.name, payment)


async def _talk(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.talk(who.name)


async def _go_on(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.go_on(who.name)


async def _ask_again(desk: AgentDesk, who: Account, form: Form) -> None:
    field = _FIELDS.get(form.get("field", ""))
    if field is None:
        raise NotNow
    await desk.ask_again(who.name, field)


async def _cancel(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.cancel(who.name)


async def _send_receipt(desk: AgentDesk, who: Account, form: Form) -> None:
    to = form.get("to", "").strip()
    if not 0 < len(to) <= 254:
        raise WrongAddress
    await desk.send_receipt(who.name, "email" if "@" in to else "sms", to)


async def _hang_up(desk: AgentDesk, who: Account, _: Form) -> None:
    await desk.hang_up(who.name)


async def _finish(desk: AgentDesk, who: Account, form: Form) -> None:
    await desk.finish(who.name, form.get("notes", ""))


def _money(form: Form) -> Money:
    try:
        return parse_amount(form.get("amount", "").replace(",", "."), form.get("currency", ""))
    except ValueError:
        raise AmountNotAllowed from None


ACTS: Final[Mapping[str, Act]] = {
    "sign-on": _sign_on,
    "ready": _ready,
    "pause": _pause,
    "sign-off": _sign_off,
    "accept": _accept,
    "decline": _decline,
    "dial": _dial,
    "take-payment": _take_payment,
    "talk": _talk,
    "go-on": _go_on,
    "ask-again": _ask_again,
    "cancel": _cancel,
    "send-receipt": _send_receipt,
    "hang-up": _hang_up,
    "finish": _finish,
}
