"""The caller of the demo who speaks: what is said at which prompt, when, and what of it the viewer is shown."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest
from rich.console import Console

from stack.demo import caller as module
from stack.demo import speaker
from stack.demo.caller import ACCOUNT, NUMBERS, Card
from stack.demo.dialogue import Dialogue
from stack.demo.speaker import SAID, Speaker
from tests.unit.test_demo_caller import SilentPhone

TO_THE_CARD = ("welcome", "say-account", "you-owe")
SPOKEN = ("say-pay-or-press-1", "secure-line", "say-card-number", "is-that-right", "say-expiry", "say-security-code")
PAID = (*TO_THE_CARD, *SPOKEN, "about-to-pay", "press-1-to-confirm", "or-say-yes-or-no", "payment-approved")
LET_END = "let the prompt end"


@dataclass
class SpokenTo(SilentPhone):
    """A phone that notes what is said into it, too."""

    said: list[str] = field(default_factory=list)

    async def say(self, text: str) -> None:
        self.said.append(text)

    async def wait_quiet(self) -> None:
        self.said.append(LET_END)


async def call(*prompts: str) -> tuple[Speaker, SpokenTo, str]:
    """A call in which these prompts are spoken: the caller, their phone, and what the viewer was shown."""
    phone, page = SpokenTo(), io.StringIO()
    dialogue = Dialogue(Console(file=page, width=80, highlight=False, soft_wrap=True))
    caller = Speaker(Card.SPOKEN, phone, dialogue.pressed, tell=dialogue.said)
    for prompt in prompts:
        caller.hear({"event": "prompt_spoken", "prompts": [prompt]})
    caller.leave()
    await caller.act()
    return caller, phone, page.getvalue()


@pytest.fixture(autouse=True)
def _no_thinking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "THINKING", 0)
    monkeypatch.setattr(speaker, "THINKING", 0)
    monkeypatch.setattr(speaker, "_LISTENS", {})


async def test_given_a_paid_call_then_all_but_the_account_is_said_and_a_yes_when_the_prompt_has_ended() -> None:
    caller, phone, _ = await call(*PAID)
    assert phone.said == ["pay", "4012,8888,8888,1881", LET_END, "yes", "1230", "123", LET_END, "yes"]
    assert (phone.done, caller.pressed_in_menus) == ([f"{ACCOUNT}#"], f"{ACCOUNT}#")


async def test_given_a_paid_call_then_the_viewer_sees_dots_for_the_card_and_only_for_that() -> None:
    _, _, page = await call(*PAID)
    assert "presses  2 0 4 8 6 3 #" in page
    assert "says  “• • • • , • • • • , • • • • , • • • •”" in page
    assert "says  “pay”" in page
    for secret in (NUMBERS[Card.SPOKEN], " ".join(SAID["say-expiry"]), " ".join(SAID["say-security-code"])):
        assert secret not in page


async def test_given_a_number_that_was_not_understood_twice_when_the_keypad_is_offered_then_it_is_keyed() -> None:
    caller, phone, page = await call("say-card-number", "say-card-number", "card-number-again")
    assert phone.done == [f"{NUMBERS[Card.SPOKEN]}#"]
    assert caller.pressed_in_menus == ""
    assert NUMBERS[Card.SPOKEN] not in page.replace(" ", "")
