"""What a step asks of a call so that its caller talks to a person, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ivr.flow.spoken import Prompt


class Reached(StrEnum):
    """How it went. TALKED: both talked, and the person hung up; a caller who hangs up ends the flow instead.

    CALLBACK: the caller would rather be called back than wait on.
    """

    TALKED = "done"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Introduction:
    """Whom to call, by their name in ivr.toml, and how long their phone rings (seconds).

    `whisper` is what they alone hear before they take the call with key 1; empty: both talk as soon as they answer.
    `queue`: `to` is a queue, in which the caller waits for one of several agents. They see the `context`, names of
    the flow and what each stands for. A caller who presses the `callback_key` ("": there is none) waits no more.
    """

    to: str
    ring: float
    whisper: Prompt = ()
    queue: bool = False
    context: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    callback_key: str = ""
