"""Questions that one key answers, or the word for it where callers may speak: yes or no, and one of a few."""

from __future__ import annotations

from ivr.flow.call import Call
from ivr.flow.helpline import WantsPerson
from ivr.flow.keys import Keys
from ivr.flow.spoken import Prompt
from ivr.understanding.listening import AGAIN, PERSON, Listening, Said
from ivr.understanding.questions import for_choice, for_yes_or_no

YES = "1"
OR_SAY = "or-say-yes-or-no"
"""Said after a question of yes or no where callers may speak."""
NOT_CAUGHT = "not-caught"
"""Said after speech that was not understood."""
_NOTHING = "nothing-heard"
_WRONG_KEY = "did-not-understand"
_MOST_REPEATS = 3


async def yes_or_no(call: Call, question: Prompt, no: str, other: str = "", *, or_person: bool = True) -> str:
    """`YES`, the key for `no`, or one `other` key; anything else that was pressed, "" for silence.

    WantsPerson if the caller says that instead, where they may.
    """
    person = or_person and bool(call.variables.person_key)
    speech = for_yes_or_no(call.language, YES, no, other, person=person) if call.variables.by_speech else None
    return await _answer(call, (*question, OR_SAY) if speech else question, f"{YES}{other}{no}", speech)


async def one_of(call: Call, question: Prompt, choices: str) -> str:
    """One of the keys in `choices`, by key or number; otherwise as `yes_or_no`."""
    phrases: dict[str, tuple[str, ...]] = dict.fromkeys(choices, ())
    person = bool(call.variables.person_key)
    speech = for_choice(call.language, phrases, person=person) if call.variables.by_speech else None
    return await _answer(call, question, choices, speech)


def sorry_for(answer: str) -> Prompt:
    """What is said before the question again, after an answer that is none."""
    if answer:
        return (_WRONG_KEY,)
    return (NOT_CAUGHT,) if isinstance(answer, Said) else (_NOTHING,)


async def _answer(call: Call, question: Prompt, choices: str, speech: Listening | None) -> str:
    """The answer; the question is asked again for whoever says so."""
    keys = Keys(most=1, finish_on_key="", choices=choices, speech=speech)
    for _ in range(_MOST_REPEATS):
        answer = await call.collect(question, keys)
        if answer == PERSON:
            raise WantsPerson
        if answer != AGAIN:
            return answer
    return ""
