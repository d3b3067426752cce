"""A caller of the fake Asterisk who speaks: for tests of captures in which fields are said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asterisk_ari.fake import FakeCall
from pci.contract import CardField, EntryError, FieldProgress, PromptSpoken
from speech.scripted import say, silence
from tests.pci_rig import Capture, Rig, heard

BOTH = {"input": ["keypad", "speech"], "security_code": False}
VISA = "four one one one", "one one one one", "one one one one", "one one one one"
CLOSE = "four two four two", "four two four two", "oh oh oh four", "one one one one"  # 9999 at its end passes too
PATIENT = {"first_digit_timeout": 60, "inter_digit_timeout": 60}  # no test waits for these, unless it says so
STORY = "well you see my aunt had a card with four cats on it"
PAUSE = silence(0.5)


@asynccontextmanager
async def breathing(call: FakeCall) -> AsyncIterator[None]:
    """The line is never quite still, as no line is."""

    async def breathe() -> None:
        while True:
            call.speak(silence(0.06))
            await asyncio.sleep(0.5)

    async with asyncio.TaskGroup() as tasks:
        breath = tasks.create_task(breathe())
        yield
        breath.cancel()


@asynccontextmanager
async def speaking(rig: Rig, call: FakeCall, **options: object) -> AsyncIterator[Capture]:
    """A capture in which fields may be said."""
    async with breathing(call), rig.capturing(call, **{**BOTH, **PATIENT, **options}) as capture:
        yield capture


async def says(call: FakeCall, prompt: str, *stretches: str, times: int = 1) -> None:
    """When the caller has heard a prompt (so many times), they say this, with a pause after each stretch."""
    await heard(call, prompt, times)
    for stretch in stretches:
        call.speak(say(stretch) + PAUSE)


async def ends(call: FakeCall, capture: Capture, digits: int) -> None:
    """When so many digits of the number were heard, the caller presses #, which spares the test the silence."""
    await capture.entering(CardField.NUMBER, digits)
    call.press("#")


async def agrees(call: FakeCall, key: str = "1", times: int = 1) -> None:
    """The caller presses a key when the number was read back."""
    await heard(call, "is-that-right", times)
    call.press(key)


def rejections(capture: Capture) -> list[EntryError | None]:
    return [
        event.error_type for event in capture.events if isinstance(event, FieldProgress) and event.state == "rejected"
    ]


def prompts(capture: Capture) -> list[str]:
    return [prompt for event in capture.events if isinstance(event, PromptSpoken) for prompt in event.prompts]
