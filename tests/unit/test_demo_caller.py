"""The caller of the demo: what is pressed at which prompt, and what of it the call side may know."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from stack.demo import caller as module
from stack.demo.caller import HANG_UP, NUMBERS, Caller, Card

TO_THE_CARD = ("welcome", "enter-account", "you-owe", "press-1-to-pay", "secure-line", "card-number")
PAID = (*TO_THE_CARD, "expiry", "security-code-3", "about-to-pay", "press-1-to-confirm", "payment-approved")


@dataclass
class SilentPhone:
    """A phone that only notes what is done with it."""

    done: list[str] = field(default_factory=list)

    @property
    def heard(self) -> Path:
        return Path("never-recorded.wav")

    async def dial(self, number: str) -> None:
        self.done.append(number)

    async def wait_answered(self, seconds: float = 0) -> None:
        return

    async def press(self, keys: str) -> None:
        assert keys
        self.done.append(keys)

    async def hang_up(self) -> None:
        self.done.append(HANG_UP)

    async def wait_ended(self, seconds: float = 0) -> None:
        return


@dataclass
class Scene:
    """A caller with a phone, and what the viewer was shown."""

    card: Card
    phone: SilentPhone = field(default_factory=SilentPhone)
    shown: list[tuple[str, bool]] = field(default_factory=list)

    async def play(self, *prompts: str) -> Caller:
        """A call in which these prompts are spoken, one after the other."""
        caller = Caller(self.card, self.phone, lambda keys, secret: self.shown.append((keys, secret)))
        for prompt in prompts:
            caller.hear({"event": "prompt_spoken", "prompts": [prompt]})
        caller.leave()
        await caller.act()
        return caller


@pytest.fixture(autouse=True)
def _no_thinking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "THINKING", 0)


async def test_given_a_paid_call_then_each_prompt_gets_its_keys_in_order() -> None:
    scene = Scene(Card.APPROVED)
    await scene.play(*PAID)
    assert scene.phone.done == ["204863#", "1", f"{NUMBERS[Card.APPROVED]}#", "1230#", "123#", "1"]


async def test_given_a_paid_call_then_only_the_card_is_shown_as_secret_and_only_the_rest_may_be_known() -> None:
    scene = Scene(Card.APPROVED)
    caller = await scene.play(*PAID)
    assert [keys for keys, secret in scene.shown if not secret] == ["204863#", "1", "1"]
    assert len([keys for keys, secret in scene.shown if secret]) == 3
    assert caller.pressed_in_menus == "204863#11"


async def test_given_a_caller_who_hangs_up_then_it_is_in_the_middle_of_the_number_and_nothing_follows() -> None:
    scene = Scene(Card.HANGUP)
    await scene.play(*PAID)
    digits, end = scene.phone.done[-2:]
    assert (NUMBERS[Card.HANGUP].startswith(digits), len(digits), end) == (True, 9, HANG_UP)
    assert scene.shown[-1] == (HANG_UP, False)


async def test_given_a_declined_card_when_another_is_asked_for_then_the_caller_hangs_up() -> None:
    scene = Scene(Card.DECLINED)
    await scene.play(*PAID[:-1], "payment-declined", "try-another-card", "card-number", "expiry")
    assert scene.phone.done[-2:] == ["1", HANG_UP]
    assert scene.phone.done.count(f"{NUMBERS[Card.DECLINED]}#") == 1


async def test_given_other_log_lines_then_nothing_is_pressed() -> None:
    scene = Scene(Card.APPROVED)
    caller = Caller(Card.APPROVED, scene.phone, lambda keys, secret: None)
    caller.hear({"event": "step_done", "prompts": ["card-number"]})
    caller.hear({"event": "prompt_spoken", "prompts": ["goodbye"]})
    caller.leave()
    await caller.act()
    assert scene.phone.done == []


async def test_given_a_number_that_arrived_wrong_then_the_caller_keys_it_again() -> None:
    scene = Scene(Card.APPROVED)
    await scene.play(
        "enter-account", "press-1-to-pay", "card-number", "card-number-invalid", "expiry", "expiry-again"
    )
    assert scene.phone.done[-4:] == [f"{NUMBERS[Card.APPROVED]}#"] * 2 + ["1230#"] * 2
    assert scene.shown[-4:] == [(keys, True) for keys in scene.phone.done[-4:]]
