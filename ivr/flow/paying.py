"""The talk around a payment: the fee before the card is asked for, the confirmation, the bank's answer."""

from __future__ import annotations

from typing import Literal

from ivr.flow.call import Call, Captured, Due, Keys, PaymentInProgress, Prompt, SpokenBrand, SpokenDigits
from pci.contract import ChargeState, DeclineReason

Taken = Literal["success", "declined", "outcome-unknown", "unavailable"]

_ATTEMPTS = 2
_DECLINED = {
    DeclineReason.INSUFFICIENT_FUNDS: "declined-insufficient-funds",
    DeclineReason.EXPIRED_CARD: "declined-expired-card",
}
SAYS = (
    *("fee-is-added", "together-you-pay", "press-1-to-go-on"),
    *("about-to-pay", "with-your", "ending-in", "press-1-to-confirm", "please-wait-for-bank"),
    *("payment-declined", *_DECLINED.values()),
)
"""Everything that this module may say."""


async def accepts_fee(call: Call, due: Due) -> bool:
    """Whether the caller heard what the fee makes of the amount and pressed 1; a payment without a fee needs none."""
    if due.fee is None:
        return True
    return await _says_yes(call, ("fee-is-added", due.fee, "together-you-pay", due.total, "press-1-to-go-on"))


async def confirms(call: Call, due: Due, card: Captured) -> bool:
    """Whether the caller heard total and card and pressed 1."""
    brand, last4 = SpokenBrand(card.brand), SpokenDigits(card.last4)
    question = ("about-to-pay", due.total, "with-your", brand, "ending-in", last4, "press-1-to-confirm")
    return await _says_yes(call, question)


async def charge(call: Call, due: Due, card: Captured) -> tuple[Taken, str]:
    """Charge once; what came of it, and the prompt that gives the reason of a decline."""
    await call.speak(("please-wait-for-bank",))
    try:
        charged = await call.charge(due, card)
    except PaymentInProgress:
        await call.forget(card)
        raise
    if charged.state is ChargeState.APPROVED:
        call.variables.paid = due
        return "success", ""
    if not charged.state.final:
        return "outcome-unknown", ""
    await call.forget(card)
    if charged.state is ChargeState.NOT_CHARGED:
        return "unavailable", ""
    reason = charged.decline_reason or DeclineReason.GENERIC
    return "declined", _DECLINED.get(reason, "payment-declined")


async def _says_yes(call: Call, question: Prompt) -> bool:
    """1 says yes; star, and silence twice, say no."""
    for _ in range(_ATTEMPTS):
        pressed = await call.collect(question, Keys(most=1, finish_on_key="", choices="1*"))
        if pressed in ("1", "*"):
            return pressed == "1"
    return False
