"""The supervisor's wall in every language, with every alert, and with names that want to be more than text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.agents.day import Day, Hour, Stopped, Waits
from ivr.agents.view import AgentView, Alert, AlertKind, CallView, QueueView, Stage, Status, Wall
from ivr.console.pages.wall import FRAGMENTS, shown
from ivr.console.rendering import LANGUAGES, Rendering
from ivr.money import Money
from ivr.store.figures import CallOutcome
from tests.console.payloads import PAYLOADS, same_tags

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RENDERING = Rendering.load()


def page(wall: Wall, language: str = "en") -> str:
    t = RENDERING.texts(language)
    return "\n".join(RENDERING.page(f"wall/{name}.html.jinja", visit=None, t=t, **shown(wall)) for name in FRAGMENTS)


def wall_with(name: str) -> Wall:
    """A wall on which everything that people named is called so."""
    today = Day(
        at=AT,
        hours=(Hour(AT, {CallOutcome.PAID: 3}),),
        taken=(Money(12540, "USD"),),
        waits=Waits(3, 2, 1, 61.0),
        stopped=(Stopped(name, name, 2),),
    )
    agents = tuple(
        AgentView(name, name, Status.ON_CALL, AT, CallView("c1", stage, AT, name, queue=name)) for stage in Stage
    )
    alerts = tuple(Alert(kind, name, 2, 20, AT) for kind in AlertKind)
    return Wall(agents, (QueueView(name, 2, AT, 1, 3),), 7, 2, today, alerts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_any_alert_stage_and_outcome_then_there_are_words_for_it(language: str) -> None:
    told = page(wall_with("billing"), language)
    assert RENDERING.texts(language)("wall-called-back", count=3) in told
    for words in [f"alert-{kind}-do" for kind in AlertKind] + [f"wall-outcome-{kind}" for kind in CallOutcome]:
        assert str(RENDERING.texts(language)(words)) in told
    assert "1:01" in told
    assert "125.40" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_nothing_yet_then_the_wall_says_so(language: str) -> None:
    told = page(Wall(), language)
    assert str(RENDERING.texts(language)("wall-nobody")) in told
    assert "notice" not in told


def test_given_two_hundred_payloads_as_names_then_the_wall_is_built_as_with_a_plain_word() -> None:
    plain = page(wall_with("plain"))
    for payload in PAYLOADS:
        assert same_tags(page(wall_with(payload)), plain), payload
