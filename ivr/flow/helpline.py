"""A person who is always one key away: in every step that asks, one key alone leads to a step of its own."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from ivr.flow.values import StepName, Written

PERSON: Final = "person"
"""The outcome of such a step in which the caller pressed that key."""


class WantsPerson(Exception):
    """The caller pressed the key that leads to a person."""


class Helpline(Written):
    """`person: {key: 0, step: agent}` at the top of a flow."""

    key: Literal["0", "*"] = Field(default="0", description="`0` or `*`, pressed alone")
    step: StepName = Field(description="where it leads")
