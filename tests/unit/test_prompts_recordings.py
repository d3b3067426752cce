"""The recordings that are shipped say all there is to say, and sound as they should on a telephone line."""

from __future__ import annotations

import importlib.util
import sys
import wave
from array import array
from datetime import date
from decimal import Decimal
from functools import cache
from math import log10, sqrt
from operator import mul
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.spoken import SpokenBrand, SpokenDigits
from ivr.money import _EXPONENTS, _TWO_DIGITS, Money
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.rendering import render
from ivr.prompts.spoken import LIMIT
from pci.contract import Brand

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Catalogue.load(ROOT / "sounds")
SHIPPED = ("en", "es", "fr", "it", "pt")
PROMPTS = yaml.safe_load((ROOT / "sounds" / "prompts.yaml").read_text()).keys()
HAS_NO_HOLES = {name: frozenset(CATALOGUE.texts) - frozenset(CATALOGUE.missing(name)) for name in SHIPPED}
LANGUAGES = st.sampled_from(SHIPPED)

CURRENCIES = st.sampled_from(sorted(_TWO_DIGITS | _EXPONENTS.keys()))
AMOUNTS = st.builds(Money, st.integers(-LIMIT + 1, LIMIT - 1), CURRENCIES)


@cache
def load_script() -> ModuleType:
    """scripts/render_sounds.py as a module."""
    spec = importlib.util.spec_from_file_location("render_sounds", ROOT / "scripts" / "render_sounds.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses looks its own module up there
    spec.loader.exec_module(module)
    return module


def decibels(ratio: float) -> float:
    return 20 * log10(ratio)


def samples_of(prompt_id: str, language: str) -> array[int]:
    with wave.open(str(CATALOGUE.recording(prompt_id, language))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getcomptype() == "NONE"
        return array("h", file.readframes(file.getnframes()))


def faults_of(prompt_id: str, language: str) -> list[str]:
    samples = samples_of(prompt_id, language)
    peak = max(max(samples), -min(samples)) / 32768
    loudness = decibels(sqrt(sum(map(mul, samples, samples)) / len(samples)) / 32768)
    seconds = len(samples) / 8000
    words = len(CATALOGUE.text(prompt_id, language).split())
    wanted = {
        "neither silent nor clipped": -18 < decibels(peak) < -1,
        "as loud as the others": -33 < loudness < -15,
        "neither cut off nor drawn out": 0.08 * words < seconds < 0.6 * words + 1.2,
        "no click at either end": max(abs(sample) for sample in samples[:8] + samples[-8:]) < 1000,
    }
    return [wish for wish, granted in wanted.items() if not granted]


@pytest.mark.parametrize("language", SHIPPED)
def test_nothing_is_missing_in_a_shipped_language(language: str) -> None:
    """The pieces of numbers differ from language to language; that all are there is shown by what can be said."""
    pieces = {piece for piece in CATALOGUE.texts if piece not in PROMPTS and language not in CATALOGUE.texts[piece]}
    assert set(CATALOGUE.missing(language)) <= pieces


@pytest.mark.parametrize("language", sorted({language for texts in CATALOGUE.texts.values() for language in texts}))
def test_the_recordings_of_a_language_are_fit_for_the_line(language: str) -> None:
    recorded = [
        prompt_id
        for prompt_id, texts in CATALOGUE.texts.items()
        if language in texts and CATALOGUE.recording(prompt_id, language).is_file()
    ]
    assert recorded or language not in SHIPPED
    unfit = {prompt_id: faults for prompt_id in recorded if (faults := faults_of(prompt_id, language))}
    assert unfit == {}


@given(AMOUNTS, LANGUAGES)
def test_every_amount_can_be_said(amount: Money, language: str) -> None:
    assert set(render((amount,), language, CATALOGUE).ids) <= HAS_NO_HOLES[language]


@given(st.decimals(-LIMIT + 1, LIMIT - 1, places=6), LANGUAGES)
def test_every_number_can_be_said(number: Decimal, language: str) -> None:
    assert set(render((number,), language, CATALOGUE).ids) <= HAS_NO_HOLES[language]


@given(st.dates(), LANGUAGES)
def test_every_date_can_be_said(day: date, language: str) -> None:
    assert set(render((day,), language, CATALOGUE).ids) <= HAS_NO_HOLES[language]


@given(st.text("0123456789", min_size=1, max_size=4), st.sampled_from(Brand), LANGUAGES)
def test_every_card_can_be_named(last4: str, brand: Brand, language: str) -> None:
    spoken = render((SpokenBrand(brand), "ending-in", SpokenDigits(last4)), language, CATALOGUE)
    assert set(spoken.ids) <= HAS_NO_HOLES[language]


def test_the_recordings_were_made_from_the_texts_of_today() -> None:
    """If this fails, run `make sounds` and commit what it made."""
    assert load_script().stale_and_surplus(CATALOGUE, set(SHIPPED)) == ({}, [])
