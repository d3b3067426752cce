"""What the person may do whom a rehearsed call rings."""

from __future__ import annotations

from typing import Final

from ivr.flow.person import Reached

PEOPLE: Final = {
    "talks": Reached.TALKED,
    "no-answer": Reached.NO_ANSWER,
    "busy": Reached.BUSY,
    "unavailable": Reached.UNAVAILABLE,
}
ABOUT: Final = {
    Reached.TALKED: "answers, takes the call, talks with the caller and hangs up",
    Reached.NO_ANSWER: "does not answer, or does not take the call",
    Reached.BUSY: "is on the phone already, or refuses the call",
    Reached.UNAVAILABLE: "cannot be called at all",
}
