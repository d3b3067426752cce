"""Cards that an account keeps: paying with one, and agreeing to have one kept."""

from __future__ import annotations

from typing import Literal

from ivr.flow.call import Call, Captured, Due
from ivr.flow.paying import Taken, agrees_to_keep, charge, confirms

SAYS_OF_STORED = ("press-1-or-other-card", "stored-card-expired")
SAYS_OF_KEEPING = ("we-can-keep-your", "press-1-to-keep", "card-kept", "card-not-kept")


async def pay_with_stored(
    call: Call, due: Due, *, or_new: bool
) -> Taken | Literal["cancelled", "no-stored-card", "other-card"]:
    """Charge the stored card once the caller has heard which it is and confirmed; a decline is spoken.

    `other-card` if the caller chose to use another, which they may where a new one would do (`or_new`).
    """
    card = call.variables.stored_card
    if card is None:
        return "no-stored-card"
    if card.expired:
        await call.speak(("stored-card-expired",))
        return "no-stored-card"
    pressed = await confirms(call, due, card, other="2" if or_new else "")
    if pressed == "2":
        return "other-card"
    if not pressed:
        return "cancelled"
    outcome, reason = await charge(call, due, card)
    if outcome == "declined":
        await call.speak((reason,))
    return outcome


async def offer_to_keep(call: Call, account: str, card: Captured) -> None:
    """Ask whether a card that was just charged shall be kept, if this caller may use it later."""
    if await call.may_keep_card(account):
        kept = await agrees_to_keep(call, card) and await call.keep_card(account, card)
        await call.speak(("card-kept" if kept else "card-not-kept",))


async def keep(call: Call, account: str, card: Captured) -> Literal["success", "cancelled", "unavailable"]:
    """Keep a card that was keyed for nothing else; one that is not kept is dropped."""
    agreed = await agrees_to_keep(call, card)
    kept = agreed and await call.keep_card(account, card)
    if not kept:
        await call.forget(card)
    await call.speak(("card-kept" if kept else "card-not-kept",))
    if kept:
        return "success"
    return "unavailable" if agreed else "cancelled"
