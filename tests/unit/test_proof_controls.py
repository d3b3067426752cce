"""A control fires by the find of its own canary, by its own detector, in its own place, and by no other."""

from __future__ import annotations

import pytest

from proof.controls import CONTROLS, build_with
from proof.leaky import leaks_of
from proof.ways import WAYS
from tests.unit.proofs import find

PRINT = CONTROLS["print"]
LOG = "/run/product/ivr/ivr.log"


def test_given_its_own_find_then_it_fires() -> None:
    assert PRINT.fired([find(LOG, canary=7)], [7]) == find(LOG, canary=7)


@pytest.mark.parametrize(
    "other",
    [
        find(LOG, canary=8),
        find(LOG, canary=None),
        find(LOG, detector="events", canary=7),
        find("/run/product/pci/pci.log", canary=7),
    ],
)
def test_given_the_find_of_another_leak_then_it_stays_silent(other: object) -> None:
    assert PRINT.fired([other], [7]) is None  # type: ignore[list-item]


def test_a_leak_of_everybody_s_keys_may_be_found_by_any_canary() -> None:
    messages = find("/run/product/asterisk/log/messages", "events", 3)
    assert CONTROLS["logger-dtmf"].fired([messages], [7]) == messages


def test_every_detector_has_a_control() -> None:
    assert {control.detector for control in CONTROLS.values()} == {
        *("bytes", "memory", "core", "files", "events", "audio", "rtp"),
    }


def test_a_control_s_caller_is_told_from_everybody_else() -> None:
    assert {leaks_of(control.calls_as) for control in CONTROLS.values()} == CONTROLS.keys()
    assert not any(leaks_of(way.trunk) for way in WAYS.values())
    assert leaks_of(None) == ""


def test_the_gate_leaks_only_where_its_control_is_asked_for() -> None:
    assert "gate" not in build_with(["print"]).wrappers
    assert build_with(["gate-open"]).wrappers.keys() == {"ivr", "pci", "gate"}
