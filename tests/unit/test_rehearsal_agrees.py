"""What is rehearsed is what would happen: the same test cards, the same prompts of the card side, the same ledger."""

from __future__ import annotations

import pytest

from ivr.bill import Bill
from ivr.flow.call import CaptureOrder
from ivr.money import Money
from ivr.rehearsal.call import _PARTING, _THANKS
from ivr.rehearsal.cards import CARDS, Keyed, NoCard
from ivr.rehearsal.ledger import BillState, Entry, Ledger
from pci.capture.fields import PARTING, THANKS
from pci.contract import CaptureOutcome, CaptureRequest, ChargeState
from pci.processors.simulator import _REASONS
from pci.simulator.outcomes import CARDS as NUMBERS
from pci.simulator.outcomes import Fault

BY_AN_AGENT = {CaptureOutcome.CALLED_OFF, CaptureOutcome.PAUSED_TOO_LONG}  # no flow ends a capture in these ways
KEYED = {name: card for name, card in CARDS.items() if isinstance(card, Keyed) and name != "not-charged"}


@pytest.mark.parametrize("name", KEYED)
def test_given_a_test_card_then_the_processor_simulator_knows_one_that_ends_alike_and_does_the_same(
    name: str,
) -> None:
    card = KEYED[name]
    found = [outcome for number, outcome in NUMBERS.items() if number.endswith(card.last4.encode())]
    assert found
    if card.charged.state is ChargeState.UNKNOWN:
        assert found[0].fault in (Fault.SLOW_ANSWER, Fault.ANSWER_LOST, Fault.NEVER_ARRIVED)
    elif card.charged.state is ChargeState.DECLINED:
        assert card.charged.decline_reason is _REASONS[found[0].decline_code or ""]
    else:
        assert found[0].decline_code is found[0].fault is None


def test_given_a_bill_whose_amount_is_held_then_another_of_the_account_is_found_first() -> None:
    held, other = (Bill("7", reference, Money(990, "USD")) for reference in ("HELD", "OTHER"))
    alone, both = Ledger([Entry(held, BillState.RESERVED)]), Ledger([Entry(held, BillState.RESERVED), Entry(other)])
    found = [ledger.find_open_invoice("7") for ledger in (alone, both)]
    assert [invoice.reference for invoice in found if invoice] == ["HELD", "OTHER"]


def test_given_the_ways_a_capture_ends_then_each_can_be_rehearsed() -> None:
    ended = {card.outcome for card in CARDS.values() if isinstance(card, NoCard)}
    assert ended == {*CaptureOutcome, None} - {CaptureOutcome.SUCCESS} - BY_AN_AGENT


def test_given_a_flow_that_says_nothing_of_it_then_both_ask_for_the_security_code() -> None:
    assert CaptureOrder().security_code is CaptureRequest(call_id="c", channel_id="c").security_code


def test_given_the_end_of_a_capture_then_the_card_side_parts_with_the_same_words() -> None:
    parting = {outcome: words for outcome, words in PARTING.items() if outcome not in BY_AN_AGENT}
    assert {outcome: (words,) for outcome, words in _PARTING.items()} == parting
    assert (_THANKS,) == THANKS
