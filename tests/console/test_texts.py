"""What the pages say: all of it in every language, with the same places, and nothing that no page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.accounts.acts import Act
from ivr.accounts.role import Role
from ivr.console.rendering import LANGUAGES, Rendering, spoken_by

CONSOLE = Path(__file__).resolve().parents[2] / "ivr" / "console"
CATALOGUE = Rendering.load().catalogue
TEMPLATES = {file.name: file.read_text("utf-8") for file in (CONSOLE / "templates").rglob("*.jinja")}


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_each_text_is_in_every_language_with_the_same_places() -> None:
    assert [text_id for text_id, texts in CATALOGUE.texts.items() if set(texts) != set(LANGUAGES)] == []
    apart = [
        text_id
        for text_id, texts in CATALOGUE.texts.items()
        if len({frozenset(places(text)) for text in texts.values()}) != 1
    ]
    assert apart == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_text_that_a_template_names_is_there(name: str) -> None:
    named = re.findall(r"\bt\('([a-z0-9-]+)'(?=[,)])", TEMPLATES[name])
    assert [text_id for text_id in named if text_id not in CATALOGUE.texts] == []


@pytest.mark.parametrize("text_id", [*(f"act-{act}" for act in Act), *(f"role-{role}" for role in Role)])
def test_each_act_and_role_has_its_words(text_id: str) -> None:
    assert text_id in CATALOGUE.texts


def test_each_problem_says_what_to_do() -> None:
    problems = [text_id for text_id in CATALOGUE.texts if re.fullmatch(r"problem-(?!.*-do$).+", text_id)]
    assert problems
    assert [text_id for text_id in problems if f"{text_id}-do" not in CATALOGUE.texts] == []


@pytest.mark.parametrize(
    ("chosen", "accepted", "spoken"),
    [
        (None, "", "en"),
        (None, "es-MX,es;q=0.9,en;q=0.8", "es"),
        (None, "de,en;q=0.5,es;q=0.4", "en"),
        (None, "de", "en"),
        (None, "es;q=0", "en"),
        (None, "es;q=x, , ;;", "en"),
        ("es", "en", "es"),
        ("xx", "es", "es"),
    ],
)
def test_the_language_is_the_one_that_was_chosen_or_that_the_browser_likes(
    chosen: str | None, accepted: str, spoken: str
) -> None:
    assert spoken_by(chosen, accepted) == spoken
