"""Proofs made by hand, for the tests of what they come to."""

from __future__ import annotations

from datetime import UTC, datetime

from proof.caller import Call, Made
from proof.canary import deal
from proof.controls import CONTROLS
from proof.hunt import Find, Residue
from proof.verdict import Fired, Searched, Verdict
from proof.ways import WAYS


def find(where: str = "/run/ivr/ivr.log", detector: str = "files", canary: int | None = 0) -> Find:
    return Find(canary, detector, where, "ascii", 12)


def made(way: str = "events", ended: str = "success") -> Made:
    return Made(Call(1, WAYS[way], tuple(deal(1)), "200001", "caller"), ended)


def fired(name: str = "print", *, silent: bool = False) -> Fired:
    return Fired(CONTROLS[name], None if silent else find())


def verdict(
    *,
    calls: tuple[Made, ...] | None = None,
    finds: tuple[Find, ...] = (),
    controls: tuple[Fired, ...] | None = None,
    leak: str = "",
) -> Verdict:
    return Verdict(
        calls=(made(), made("hang-up-6", "hung-up")) if calls is None else calls,
        finds=finds,
        controls=(fired(),) if controls is None else controls,
        residue=[Residue("asterisk", 12, 2)],
        searched=Searched({"memory": 1000, "files": 24}, processes=5, files=9, skipped=["core of gate"]),
        began=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        seconds=61.5,
        leak=leak,
        versions={"Asterisk": "22.10.1"},
    )
