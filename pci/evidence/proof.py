"""The last leak proof: what `make prove` left in its report.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, NonNegativeInt, ValidationError

from pci.evidence.facts import Proof, Versions

DAYS: Final = 90  # a proof that is older says little of what runs today
_MOST_BYTES: Final = 4 * 1024 * 1024


class _Controls(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    fired: NonNegativeInt
    total: NonNegativeInt


class _Report(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    proved: bool
    began: AwareDatetime
    versions: dict[str, str]
    calls: NonNegativeInt
    ways: dict[str, Any]
    bytes_searched: NonNegativeInt
    detectors: dict[str, Any]
    controls: _Controls
    leaks: NonNegativeInt
    residue: list[Any]


def read(path: Path) -> Proof:
    """The counts in a report; nothing else of it is taken over. What is wrong with it is its `problem`."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return Proof(
            problem="there is no proof of this installation: run `make prove`, and name its report by --proof"
        )
    except OSError as error:
        return Proof(problem=f"the report of the proof cannot be read: {error.strerror}")
    if len(text) > _MOST_BYTES:
        return Proof(problem="the report of the proof is too large to be one: run `make prove` again")
    try:
        report = _Report.model_validate_json(text)
    except (ValidationError, RecursionError):
        return Proof(problem="the report of the proof does not have the shape of one: run `make prove` again")
    return Proof(
        proved=report.proved,
        made=report.began.timestamp(),
        calls=report.calls,
        ways=len(report.ways),
        bytes_searched=report.bytes_searched,
        detectors=len(report.detectors),
        controls_fired=report.controls.fired,
        controls=report.controls.total,
        leaks=report.leaks,
        residue=len(report.residue),
        asterisk=report.versions.get("Asterisk", ""),
        python=report.versions.get("Python", ""),
    )


def judge(proof: Proof, running: Versions, now: float) -> str:
    """What speaks against resting on this proof; empty if nothing does. `now` is unix time, seconds."""
    if proof.problem:
        return proof.problem
    if proof.leaks:
        return f"the last proof found {proof.leaks} leaks"
    if not proof.calls or not proof.controls or proof.controls_fired < proof.controls:
        fired = f"{proof.controls_fired} of {proof.controls}"
        return f"in the last proof {fired} controls fired in {proof.calls} calls: it proves nothing"
    if not proof.proved:
        return "the last run of `make prove` ended without a proof: its report says why"
    if running.asterisk and (proof.asterisk, proof.python) != (running.asterisk, running.python):
        return f"the last proof is of Asterisk {proof.asterisk} and Python {proof.python}: run `make prove` again"
    age = int((now - proof.made) / 86_400)
    return f"the last proof is {age} days old, more than {DAYS}: run `make prove` again" if age > DAYS else ""
