"""What the events of a trace have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

MASK = "•"
"""What stands for a key that was pressed."""


class BaseEvent(BaseModel):
    """What every event has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: ClassVar[bool] = False
    """Whether a flow waited for this, so that it answers the same flow when the call is replayed."""

    who: ClassVar[str] = ""
    """Who did it, for a person who reads; `str` says what."""

    at: int = Field(default=0, ge=0, description="milliseconds since the call began")
