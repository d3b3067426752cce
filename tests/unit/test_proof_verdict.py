"""When a proof holds, and what it says when it does not."""

from __future__ import annotations

from proof.verdict import places
from tests.unit.proofs import find, fired, made, verdict


def test_given_no_leak_and_all_controls_fired_then_it_is_proved() -> None:
    assert verdict().proved
    assert verdict().reasons == []


def test_given_one_find_then_it_is_not_proved() -> None:
    leaky = verdict(finds=(find(),))
    assert not leaky.proved
    assert leaky.reasons == ["1 leak found"]


def test_given_a_control_that_stayed_silent_then_it_is_not_proved_and_the_control_is_named() -> None:
    void = verdict(controls=(fired(), fired("memory", silent=True)))
    assert not void.proved
    assert void.reasons == ["controls that did not fire: memory"]


def test_given_no_controls_at_all_then_it_is_not_proved() -> None:
    assert verdict(controls=()).reasons == ["no controls were run"]


def test_given_no_calls_then_nothing_is_proved() -> None:
    assert verdict(calls=()).reasons == ["no calls were made"]


def test_given_a_call_that_ended_in_another_way_then_it_proves_nothing() -> None:
    astray = verdict(calls=(made(), made("hang-up-6", "cut-off")))
    assert not astray.proved
    assert astray.reasons == ["calls that went astray: hang-up-6 (cut-off, not hung-up)"]


def test_calls_are_counted_by_way() -> None:
    assert verdict(calls=(made(), made(), made("late"))).ways == {"events": 2, "late": 1}


def test_finds_are_counted_by_place_detector_and_encoding() -> None:
    log, memory = find(), find("ivr: memory", "memory")
    assert places([memory, log, log]) == [(log, 2), (memory, 1)]
