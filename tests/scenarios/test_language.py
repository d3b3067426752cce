"""A call goes on in another language: chosen, remembered, or said by the flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flow.engine import run_flow
from ivr.flow.library import parse_flow
from ivr.flow.model import Flow
from ivr.prompts.catalogue import Catalogue
from tests.scripted_call import ScriptedCall

CATALOGUE = Catalogue.load(Path(__file__).resolve().parents[2] / "sounds")
TEXTS = {prompt: words["en"] for prompt, words in CATALOGUE.texts.items() if "en" in words}


def flow(step: str) -> Flow:
    head = "flow: hello\nlanguages: [en, es]\nanswers: {'1000': en}\nsteps:\n"
    text = f"{head}  choose:\n    language: {step}\n  bye:\n    hangup:"
    return parse_flow(text.encode(), "hello.yaml", CATALOGUE)


async def play(step: str, dialogue: str, remembered: str | None = None) -> ScriptedCall:
    call = ScriptedCall(dialogue, TEXTS)
    call.remembered = remembered
    await run_flow(flow(step), call, lambda taken: None)
    call.finish()
    return call


async def test_each_language_is_offered_in_its_own_words_and_the_choice_is_kept() -> None:
    call = await play("{choices: {1: en, 2: es}, remember: true}", "caller presses 2")
    assert call.heard == ["[en] For English, press one [es] For English, press two"]
    assert (call.language, call.remembered) == ("es", "es")


async def test_who_chose_before_is_not_asked_unless_the_flow_asks_again() -> None:
    choices = "choices: {1: en, 2: es}, remember: true"
    call = await play(f"{{{choices}}}", "", remembered="es")
    assert (call.language, call.heard) == ("es", [])
    call = await play(f"{{{choices}, ask_again: true}}", "caller presses 1", remembered="es")
    assert (call.language, call.remembered) == ("en", "en")


@pytest.mark.parametrize("remembered", ["fr", None])
async def test_a_language_that_is_not_offered_here_is_not_taken(remembered: str | None) -> None:
    call = await play("{choices: {1: en, 2: es}, remember: true}", "caller presses 1", remembered=remembered)
    assert call.language == "en"


async def test_a_caller_who_does_not_choose_hears_so_and_nothing_is_kept() -> None:
    call = await play("{choices: {1: en, 2: es}, attempts: 2, remember: true}", "caller presses 9\ncaller waits")
    assert "that is not one of the choices" in call.heard[1]
    assert (call.language, call.remembered) == ("en", None)


async def test_a_flow_goes_on_in_a_language_of_its_own_accord() -> None:
    assert (await play("es", "")).language == "es"
