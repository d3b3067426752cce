"""The shipped flow pay-invoice, as dialogues: what callers hear, what they press, and what comes of it."""

from __future__ import annotations

import pytest

from ivr.flow.engine import Ending
from ivr.flow.library import load_flows
from ivr.flow.model import Flow
from tests.flow_play import ROOT, SHIPPED, Played, play

TO_THE_MENU = """
    caller hears Welcome
    caller hears Please enter your account number
    caller presses 1000442#
    caller hears You owe 125.40 USD To pay now by card, press 1
"""
TO_THE_CARD = f"""{TO_THE_MENU}
    caller presses 1
    caller hears alone on the secure line
"""
TO_THE_BANK = f"""{TO_THE_CARD}
    card side reads visa 1111
    caller hears You are about to pay 125.40 USD with your Visa card ending in 1 1 1 1 To confirm, press 1
    caller presses 1
    caller hears One moment, please
"""


@pytest.fixture(scope="module")
def flow() -> Flow:
    found = load_flows(ROOT / "flows", SHIPPED).find("1000")
    assert found is not None
    return found


def no_money_moved(played: Played) -> bool:
    return not played.charges and played.call.variables.paid is None


async def test_a_caller_pays_and_gets_the_confirmation_by_voice_and_text(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_BANK}
        processor approves
        caller hears Your payment was approved.
        caller hears You paid 125.40 USD
        caller hears A text message will follow
        caller hears Goodbye
        """,
    )
    assert played.ending is Ending.COMPLETED
    assert played.charges == [("125.40", "visa 1111", "approved")]
    assert played.call.texted == ["+15550100"]
    assert played.call.hung_up
    assert played.path == [
        "greet:done",
        "account:done",
        "find:found",
        "offer:1",
        "pay:success",
        "receipt:done",
        "bye:done",
        "end:done",
    ]


async def test_a_caller_without_a_mobile_on_file_is_not_promised_a_text(flow: Flow) -> None:
    played = await play(
        flow,
        """
        caller presses 2000817#
        caller presses 1
        card side reads mastercard 4444
        caller presses 1
        processor approves
        caller hears You paid 9.90 USD
        """,
    )
    assert played.call.texted == []
    assert not any("sent a confirmation" in text for text in played.call.heard)


async def test_a_wrong_account_number_can_be_corrected(flow: Flow) -> None:
    played = await play(
        flow,
        """
        caller presses 9999999#
        caller hears no open invoice
        caller hears Please enter your account number
        caller presses 1000442#
        caller hears You owe 125.40 USD
        caller presses 9
        caller hears Goodbye
        """,
    )
    assert no_money_moved(played)


async def test_a_number_of_the_wrong_length_is_asked_again(flow: Flow) -> None:
    played = await play(
        flow,
        """
        caller presses 12345#
        caller hears does not have the right number of digits. Please enter your account number
        caller waits
        caller hears I did not receive any keys. Please enter your account number
        caller presses 1000*42
        caller hears Please call again, or call our office.
        caller hears Goodbye
        """,
    )
    assert played.path[-3:] == ["account:failed", "bye:done", "end:done"]


async def test_a_wrong_menu_key_is_asked_again(flow: Flow) -> None:
    await play(
        flow,
        f"""{TO_THE_MENU}
        caller presses 5
        caller hears that is not one of the choices. You owe 125.40 USD
        caller presses #
        caller hears that is not one of the choices. You owe 125.40 USD
        caller presses 9
        caller hears Goodbye
        """,
    )


async def test_a_ledger_that_is_down_is_told_and_nobody_is_asked_for_a_card(flow: Flow) -> None:
    played = await play(
        flow,
        """
        caller presses 1000442#
        ledger is down
        caller hears I cannot reach the billing system right now
        caller hears Goodbye
        """,
    )
    assert no_money_moved(played)
    assert not played.call.orders


async def test_a_caller_who_is_silent_everywhere_is_let_go_with_a_word(flow: Flow) -> None:
    played = await play(
        flow,
        """
        caller hears Welcome
        caller stays silent
        caller hears Please call again, or call our office.
        caller hears Goodbye
        """,
    )
    assert played.path == ["greet:done", "account:failed", "bye:done", "end:done"]


async def test_a_caller_who_is_silent_at_the_menu_is_let_go_with_a_word(flow: Flow) -> None:
    played = await play(
        flow,
        f"""{TO_THE_MENU}
        caller stays silent
        caller hears Please call again, or call our office.
        caller hears Goodbye
        """,
    )
    assert played.path[-3:] == ["offer:failed", "bye:done", "end:done"]
    assert no_money_moved(played)
