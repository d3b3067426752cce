"""The ways in which a caller's card comes in: what they press, how their phone tells it, and how that must end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from stack.phones.pjsua2 import Told

HANG_UP: Final = "!"
QUOTE: Final = "'"
Answers = Mapping[str, Sequence[str]]

_MENUS: Final = {"enter-account": ["{account}#"], "press-1-to-pay": ["1", "9"], "press-1-to-confirm": ["1", "1"]}
_CODE: Final = {"security-code-3": ["{cvv}#", "{cvv2}#"], "security-code-4": ["{cvv}#", "{cvv2}#"]}
_CARD: Final = {"card-number": ["{pan}#", "{pan2}#"], "expiry": ["{expiry}#", "{expiry2}#"], **_CODE}
TO_THE_END: Final = frozenset({"is-that-right"})  # a yes before the end of these prompts is none
_SPOKEN_MENUS: Final = {"say-account": ["{account}#"], "say-pay-or-press-1": ["1"]}
_SPOKEN: Final = {  # a number that was not understood twice is keyed: a machine with much to do may lose a word
    "say-card-number": ["'{groups}'"] * 3,
    "is-that-right": ["'yes'", "1", "'yes'", "1"],
    "say-expiry": ["'{expiry}'"] * 3,
    "say-security-code": ["'{cvv}'"] * 3,
    "card-number-again": ["{pan}#"],
}
_IN_CALL_SIDE: Final = frozenset({*_MENUS, *_SPOKEN_MENUS})
DECLINED: Final = "90000.05"  # the stand-in declines this amount, whatever the card
ANSWER_LOST: Final = "90000.68"


@dataclass(frozen=True, slots=True)
class Way:
    """One way. `answers` are templates over the canary, by prompt: the n-th goes to the n-th time it is heard.

    `ends` is the outcome of the step `pay`, or "hung-up" for a caller who leaves. `trunk` is the name that the phone
    calls under: the trunks `inband` and `info` are added beside the product's own. With `agent` the caller talks to
    an agent until the card is asked for. `dials` is a number that is not the call side's: what is pressed there comes
    unasked, as the answer to "". `pause` is in seconds. With `speaks` the caller is heard, and says what stands in
    quotes; they call a flow of their own, and its prompts are others.
    """

    name: str
    about: str
    ends: str = "success"
    answers: Answers = field(default_factory=dict)
    told: Told = "events"
    told_in_menus: Told = "events"
    trunk: str = "caller"
    amount: str = "12.40"
    agent: bool = False
    cards: int = 1
    pause: float = 0.3
    dials: str = ""
    speaks: bool = False

    def answer(self, prompt: str, time: int) -> str | None:
        """The template of what is pressed when `prompt` is heard for the `time`-th time, from 0; None if nothing."""
        spoken = {**_SPOKEN_MENUS, **_SPOKEN} if self.speaks else {}
        templates = {**_MENUS, **_CARD, **spoken, **self.answers}.get(prompt, ())
        return templates[time] if time < len(templates) else None

    def told_after(self, prompt: str) -> Told:
        """How the keys are told that answer `prompt`."""
        return self.told_in_menus if prompt in _IN_CALL_SIDE else self.told


def _leaves(prompt: str, keys: str) -> Answers:
    return {prompt: [keys + HANG_UP], **({"security-code-4": [keys + HANG_UP]} if "security" in prompt else {})}


_UNHEARD: Final = {"card-number": ["{pan}#"], "card-number-again": ["{pan}#", "{pan}#"]}
_LATE: Final = {"security-code-3": ["{cvv}#{pan}"], "security-code-4": ["{cvv}#{pan}"]}
_WAYS: Final = (
    Way("events", "keys as RTP events (RFC 4733)"),
    Way("tones", "in-band tones, on a trunk that takes them", told="tones", told_in_menus="tones", trunk="inband"),
    Way("info", "SIP INFO, on a trunk that takes it", told="info", told_in_menus="info", trunk="info"),
    Way("both", "RTP events and in-band tones at once", told="both"),
    Way(
        "unheard-tones",
        "in-band tones, on a trunk that does not take them",
        "too-many-failed-attempts",
        _UNHEARD,
        told="tones",
    ),
    Way("said", "says number, expiry and code, and agrees to what was understood", speaks=True),
    Way("said-then-keyed", "says half of the number, then keys all of it", speaks=True, answers={
        "say-card-number": ["'{groups:.9}'{pan}#"],
    }),
    Way("said-hang-up", "hangs up after half of the number was said", "hung-up", speaks=True, answers={
        "say-card-number": ["'{groups:.9}'" + HANG_UP],
    }),
    Way("barge-in", "keys as soon as a prompt begins", pause=0.0),
    Way("patient", "keys only when the prompt is over", pause=2.5),
    Way("ahead", "number, expiry and code in one go, ahead of the prompts", answers={
        "card-number": ["{pan}#{expiry}#{cvv}#"], "expiry": [], "security-code-3": [], "security-code-4": [],
    }),
    Way("corrected", "a star in the middle, then the whole number", answers={"card-number": ["{pan:.9}*", "{pan}#"]}),
    Way("wrong-first", "a wrong check digit, then the right one", answers={
        "card-number": ["{wrong}#"], "card-number-invalid": ["{pan}#"],
    }),
    Way("too-many", "the number three times without a pause, then once", answers={
        "card-number": ["{pan}{pan}{pan:.4}#"], "card-number-invalid": ["{pan}#"],
    }),
    Way("late", "goes on keying after the code, while being given back", answers=_LATE),
    Way("silent", "falls silent in the number, three times", "too-many-failed-attempts", {
        "card-number": ["{pan:.8}"], "card-number-invalid": ["{pan:.14}", "{pan:.4}"],
    }),
    Way("cancelled", "a star instead of the expiry date", "cancelled", {"expiry": ["*"]}),
    Way("declined", "a decline, then a second card, declined too", "declined", amount=DECLINED, cards=2),
    Way("answer-lost", "the processor's answer is lost", "outcome-unknown", amount=ANSWER_LOST),
    Way("agent", "an agent on the line until the card is asked for", agent=True),
    Way("agent-tones", "the same, with tones", told="tones", told_in_menus="tones", trunk="inband", agent=True),
    Way("hang-up-1", "hangs up after 1 digit", "hung-up", _leaves("card-number", "{pan:.1}")),
    Way("hang-up-6", "hangs up after 6 digits", "hung-up", _leaves("card-number", "{pan:.6}")),
    Way("hang-up-12", "hangs up after 12 digits", "hung-up", _leaves("card-number", "{pan:.12}")),
    Way("hang-up-all", "hangs up after the whole number", "hung-up", _leaves("card-number", "{pan}")),
    Way("hang-up-expiry", "hangs up in the expiry date", "hung-up", _leaves("expiry", "{expiry:.2}")),
    Way("hang-up-code", "hangs up after the security code", "hung-up", _leaves("security-code-3", "{cvv}#")),
)  # fmt: skip
WAYS: Final[Mapping[str, Way]] = MappingProxyType({way.name: way for way in _WAYS})
