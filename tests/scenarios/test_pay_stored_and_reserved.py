"""Cards that are kept, used and only reserved: who may, what is said, and what is charged."""

from __future__ import annotations

import pytest

from ivr.flow.call import StoredCard
from pci.contract import Brand
from tests.flow_play import Played, flow_of, one_step, play

STORED = StoredCard("token-1", Brand.VISA, "4242")
ACCOUNT = "caller presses 1000442"
NEW_CARD = "card side reads mastercard 4444\ncaller presses 1"
WAYS = "declined: bye, outcome-unknown: bye, cancelled: bye"
ALL_WAYS = f"{WAYS}, too-many-failed-attempts: bye"


async def stored(dialogue: str, card: StoredCard | None = STORED) -> Played:
    """A call that pays by the stored card or none."""
    flow = one_step("pay: {action: charge, amount: invoice.amount, card: stored}", f"{WAYS}, no-stored-card: bye")
    return await play(flow, f"{ACCOUNT}\n{dialogue}", known={"stored_card": card})


async def stored_or_new(dialogue: str, card: StoredCard | None = STORED, keep: str = "never") -> Played:
    """A call that pays by the stored card or another."""
    pay = f"pay: {{action: charge, amount: invoice.amount, card: stored_or_new, keep_card: {keep}}}"
    return await play(one_step(pay, ALL_WAYS), f"{ACCOUNT}\n{dialogue}", known={"stored_card": card})


async def test_a_stored_card_is_named_confirmed_and_charged_without_being_keyed() -> None:
    played = await stored(
        """
        caller hears You are about to pay 125.40 USD with your Visa card ending in 4 2 4 2 To confirm, press 1.
        caller presses 1
        processor approves
        caller hears Your payment was approved.
        """
    )
    assert played.charges == [("125.40", "visa 4242", "approved")]
    assert played.call.orders == []


@pytest.mark.parametrize("answer", ["caller presses *", "caller waits\ncaller waits"])
async def test_a_stored_card_that_is_not_confirmed_is_not_charged_and_not_forgotten(answer: str) -> None:
    played = await stored(answer)
    assert "it:cancelled" in played.path
    assert (played.charges, played.call.forgotten) == ([], [])


async def test_a_stored_card_that_is_declined_stays_kept_and_ends_where_no_other_may_be_used() -> None:
    played = await stored("caller presses 1\nprocessor declines insufficient-funds\ncaller hears not enough funds")
    assert "it:declined" in played.path
    assert played.call.forgotten == []


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (None, "There is no stored card"),
        (StoredCard("t", Brand.VISA, "4242", expired=True), "Your stored card has expired. There is no stored card"),
    ],
    ids=["none", "expired"],
)
async def test_without_a_card_that_can_be_used_nothing_is_charged(card: StoredCard | None, said: str) -> None:
    played = await stored(f"caller hears {said}", card)
    assert "it:no-stored-card" in played.path
    assert played.charges == []


async def test_where_another_card_may_be_used_it_is_asked_for_after_a_decline_and_by_choice() -> None:
    declined = await stored_or_new(
        f"caller presses 1\nprocessor declines\ncaller hears another card\n{NEW_CARD}\nprocessor approves"
    )
    assert [card for _, card, _ in declined.charges] == ["visa 4242", "mastercard 4444"]
    chosen = await stored_or_new(
        f"caller hears To use another card\ncaller presses 2\n{NEW_CARD}\nprocessor approves"
    )
    assert [card for _, card, _ in chosen.charges] == ["mastercard 4444"]


async def test_a_lost_answer_for_a_stored_card_is_told_as_unknown_and_no_other_card_is_asked_for() -> None:
    played = await stored_or_new("caller presses 1\nprocessor does not answer\ncaller hears Please do not pay again")
    assert "it:outcome-unknown" in played.path
    assert played.call.orders == []


@pytest.mark.parametrize(("key", "kept"), [("1", [("1000442", "4444")]), ("*", [])])
async def test_a_new_card_is_kept_only_if_the_caller_agrees_after_it_was_charged(
    key: str, kept: list[tuple[str, str]]
) -> None:
    paid = f"{NEW_CARD}\nprocessor approves\ncaller hears Your payment was approved. We can keep your Mastercard"
    said = "Your card was kept" if kept else "Your card was not kept"
    played = await stored_or_new(f"{paid}\ncaller presses {key}\ncaller hears {said}", None, "ask")
    assert [(account, card.last4) for account, card in played.call.kept] == kept


async def test_a_caller_who_could_not_use_it_later_is_not_asked_to_have_a_card_kept() -> None:
    pay = "pay: {action: charge, amount: invoice.amount, keep_card: ask}"
    flow = one_step(pay, ALL_WAYS)
    played = await play(
        flow, f"{ACCOUNT}\n{NEW_CARD}\nprocessor approves\ncaller hears Goodbye", known={"own_phone": False}
    )
    assert not any("keep" in text for text in played.call.heard)


async def test_an_amount_that_is_only_authorized_is_told_as_reserved_and_never_as_paid() -> None:
    flow = one_step("pay: {action: authorize, amount: invoice.amount}", ALL_WAYS)
    played = await play(
        flow,
        f"""
        {ACCOUNT}
        card side reads visa 1111
        caller hears You are about to reserve 125.40 USD with your Visa card
        caller presses 1
        processor approves
        caller hears The amount was reserved on your card. It has not been charged yet.
        """,
    )
    assert [state for *_, state in played.charges] == ["authorized"]
    assert played.call.variables.paid is None
    assert not any("approved" in text for text in played.call.heard)


KEEP = flow_of(
    """
flow: keep
answers: "1"
steps:
  account: {ask: {prompt: enter-account, digits: 7, save: account_number}, next: {failed: bye}}
  it: {pay: {action: tokenize}, next: {too-many-failed-attempts: bye, cancelled: bye, caller-unknown: bye}}
  bye: {say: goodbye}
"""
)


@pytest.mark.parametrize(
    ("dialogue", "outcome", "known"),
    [
        ("card side reads visa 1111\ncaller presses 1\ncaller hears Your card was kept.", "success", {}),
        ("card side reads visa 1111\ncaller presses *\ncaller hears Your card was not kept.", "cancelled", {}),
        ("card side reads visa 1111\ncaller presses 1\ncaller hears not kept", "unavailable", {"keeps": False}),
        ("card side ends with too-many-failed-attempts", "too-many-failed-attempts", {}),
        ("card side is down\ncaller hears payments are not possible", "unavailable", {}),
        ("card side refuses\ncaller hears payments are not possible", "unavailable", {}),
        ("caller hears only when you call from the mobile number", "caller-unknown", {"own_phone": False}),
    ],
)
async def test_tokenize_takes_a_card_to_keep_and_charges_nothing(
    dialogue: str, outcome: str, known: dict[str, bool]
) -> None:
    played = await play(KEEP, f"{ACCOUNT}\n{dialogue}", known=known)
    assert f"it:{outcome}" in played.path
    assert played.charges == []
    assert len(played.call.kept) == (outcome == "success")
    assert len(played.call.forgotten) == ("reads" in dialogue and outcome != "success")
