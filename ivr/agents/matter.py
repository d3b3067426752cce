"""What an agent's call is about: whose it is, and what the agent is told and shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ivr.agents.settings import AgentsSettings
from ivr.flow.person import Introduction
from ivr.trace.recorder import Recorder

LONGEST_NUMBER: Final = 80
"""Of what we are told of who calls; a real one has 15 digits."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for an agent: in which call, the number as we were told it ("" if nobody told), their language.

    What happens is written into the trace that `recorder` keeps.
    """

    call_id: str
    number: str = field(repr=False)
    language: str
    recorder: Recorder = field(repr=False)


@dataclass(frozen=True, slots=True)
class Matter:
    """What a call is about. `number` is the other end's as we were told; `whisper` are the sounds for the agent."""

    call_id: str
    number: str = field(repr=False)
    recorder: Recorder = field(repr=False)
    language: str = "en"
    queue: str = ""
    context: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    links: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    whisper: tuple[str, ...] = ()
    ring: float = 30.0
    """For how many seconds a phone rings for it."""


def matter_of(introduction: Introduction, caller: Caller, whisper: Sequence[str], settings: AgentsSettings) -> Matter:
    """The matter of a caller whom a flow sends to a queue; `whisper` are the sounds of the introduction."""
    context = dict(introduction.context)
    known = {
        "account": context.get("account_number", ""),
        "number": caller.number[:LONGEST_NUMBER],
        "call": caller.call_id,
        "queue": introduction.to,
    }
    return Matter(
        caller.call_id,
        known["number"],
        caller.recorder,
        caller.language,
        queue=introduction.to,
        context=introduction.context,
        links=settings.filled_links(known),
        whisper=tuple(whisper),
        ring=introduction.ring,
    )
