"""Days as the shipped ear hears them, in the voice of our own recordings: "March third", "Friday"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from ivr.understanding.questions import for_day
from pci.capture.choice import Taken, choose
from pci.capture.speaking import spoken, words_of
from pci.contract import CaptureRequest, CardField
from speech import SHIPPED, Model
from speech.agreement import understood
from speech.vosk import VoskRecogniser
from tests.shipped_ear import SOUNDS, Ear, played

TODAY = date(2026, 11, 29)
DAYS = for_day("en", TODAY, bool)


@pytest.fixture(scope="module")
def recogniser() -> Iterator[VoskRecogniser]:
    with VoskRecogniser.open([Model("en", SHIPPED["en"])]) as recogniser:
        yield recogniser


def said(*recordings: str) -> bytes:
    return b"".join(played(SOUNDS / f"{name}.wav") for name in recordings)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("later", [1, 13])
async def test_given_a_month_and_the_number_of_a_day_then_that_is_the_day(
    recogniser: VoskRecogniser, month: int, later: int
) -> None:
    assert DAYS is not None
    day = month + later
    heard = await Ear(recogniser).hear(said(f"month-{month}", f"nth-{day}"), DAYS.words)
    assert DAYS.understand([stretch.alternatives for stretch in heard if stretch.final]) == f"{month:02d}{day:02d}"


@pytest.mark.parametrize("month", range(1, 13))
async def test_given_a_month_and_a_year_then_that_is_when_the_card_expires(
    recogniser: VoskRecogniser, month: int
) -> None:
    heard = await Ear(recogniser).hear(
        said(f"month-{month}", "n-20", "n-29"), sorted(words_of(CardField.EXPIRY)), careful=True
    )
    field = spoken(CardField.EXPIRY, CaptureRequest(call_id="c", channel_id="c"), None, TODAY)
    assert choose(field.written(understood([one for one in heard if one.final])), field.passes) == Taken(
        f"{month:02d}29"
    )
