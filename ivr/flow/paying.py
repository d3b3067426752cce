"""The talk around a payment: the fee before the card is asked for, the confirmation, the bank's answer."""

from __future__ import annotations

from typing import Literal

from ivr.flow.call import Call, Captured, Due, PaymentInProgress, StoredCard
from ivr.flow.confirming import NOT_CAUGHT, OR_SAY, yes_or_no
from ivr.flow.spoken import Prompt, SpokenBrand, SpokenDigits
from ivr.understanding.listening import Said
from pci.contract import ChargeState, DeclineReason

Card = Captured | StoredCard
Taken = Literal["success", "declined", "outcome-unknown", "unavailable"]

_ATTEMPTS = 2
_NO = "*"
_DECLINED = {
    DeclineReason.INSUFFICIENT_FUNDS: "declined-insufficient-funds",
    DeclineReason.EXPIRED_CARD: "declined-expired-card",
}
_ABOUT_TO = {"charge": "about-to-pay", "authorize": "about-to-reserve"}
SAYS = (
    *("fee-is-added", "together-you-pay", "press-1-to-go-on"),
    *(*_ABOUT_TO.values(), "with-your", "ending-in", "press-1-to-confirm", "please-wait-for-bank"),
    *("payment-declined", *_DECLINED.values()),
)
"""Everything that this module may say in every payment."""
SAYS_TO_SPEAKERS = (OR_SAY, NOT_CAUGHT)
"""What it says besides where callers may speak."""


async def accepts_fee(call: Call, due: Due) -> bool:
    """Whether the caller heard what the fee makes of the amount and pressed 1; a payment without a fee needs none."""
    if due.fee is None:
        return True
    return bool(await _choice(call, ("fee-is-added", due.fee, "together-you-pay", due.total, "press-1-to-go-on")))


async def confirms(call: Call, due: Due, card: Card, other: str = "") -> str:
    """What the caller pressed who heard total and card: 1 to confirm, `other` (if offered), or "" for no."""
    brand, last4 = SpokenBrand(card.brand), SpokenDigits(card.last4)
    keys = "press-1-or-other-card" if other else "press-1-to-confirm"
    return await _choice(
        call, (_ABOUT_TO[due.action], due.total, "with-your", brand, "ending-in", last4, keys), other
    )


async def agrees_to_keep(call: Call, card: Captured) -> bool:
    """Whether the caller heard which card would be kept for later, and pressed 1."""
    brand, last4 = SpokenBrand(card.brand), SpokenDigits(card.last4)
    question = ("we-can-keep-your", brand, "ending-in", last4, "press-1-to-keep")
    return bool(await _choice(call, question, or_person=False))  # the payment is made, and stays the outcome


async def charge(call: Call, due: Due, card: Card) -> tuple[Taken, str]:
    """Charge once; what came of it, and the prompt that gives the reason of a decline."""
    await call.speak(("please-wait-for-bank",))
    try:
        charged = await call.charge(due, card)
    except PaymentInProgress:
        await _drop(call, card)
        raise
    if charged.state in (ChargeState.APPROVED, ChargeState.AUTHORIZED):
        call.variables.paid = due if charged.state is ChargeState.APPROVED else None
        return "success", ""
    if not charged.state.final:
        return "outcome-unknown", ""
    await _drop(call, card)
    if charged.state is ChargeState.NOT_CHARGED:
        return "unavailable", ""
    reason = charged.decline_reason or DeclineReason.GENERIC
    return "declined", _DECLINED.get(reason, "payment-declined")


async def _drop(call: Call, card: Card) -> None:
    if isinstance(card, Captured):
        await call.forget(card)


async def _choice(call: Call, question: Prompt, other: str = "", *, or_person: bool = True) -> str:
    """1 or `other`; "" for star, and for silence twice."""
    sorry: Prompt = ()
    for _ in range(_ATTEMPTS):
        answer = await yes_or_no(call, (*sorry, *question), _NO, other, or_person=or_person)
        if answer and answer in f"1{other}{_NO}":
            return answer.removeprefix(_NO)
        sorry = (NOT_CAUGHT,) if isinstance(answer, Said) else ()
    return ""
