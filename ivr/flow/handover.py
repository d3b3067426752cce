"""What a flow hands over with a caller: to whom, and which of the values that it knows the agent may see."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from ivr.flow.call import Call, Value
from ivr.flow.errors import MissingVariable
from ivr.flow.known import KNOWN, value_of
from ivr.flow.problems import Code, instead_of, quoted
from ivr.flow.setting import Setting, problem
from ivr.flow.spoken import Prompt, SpokenDigits
from ivr.flow.values import check_name, of_card

QUEUE: Final = "queue/"
_TO: Final = r"^(queue/)?[a-z][a-z0-9_-]{0,63}$"
_NAME: Final = r"^[a-z][a-z0-9_]{0,63}(\.[a-z_]{1,20})?$"
_DIGIT: Final = r"^[0-9]$"
_PAID: Final = "pay"
# how long somebody may have to wait (seconds), and what they are told then
_WAITS: Final = ((120.0, "wait-two-minutes"), (420.0, "wait-five-minutes"), (780.0, "wait-ten-minutes"))
_LONG_WAIT: Final = "wait-long"
HOLD_ON: Final = "hold-on"
CALLBACK_KEY: Final = "callback-key"
ACCEPT_ON_SCREEN: Final = "whisper-accept-on-screen"
SAYS: Final = (*(prompt for _, prompt in _WAITS), _LONG_WAIT, HOLD_ON)
"""What those may hear who wait for an agent."""


def _whom(value: object) -> object:
    if isinstance(value, str) and value.startswith(QUEUE):
        check_name(value.removeprefix(QUEUE))
        return value
    return check_name(value)


def _handed(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    own = info.context.kinds if isinstance(info.context, Setting) else {}
    if value in KNOWN or value in own:
        return value
    if told := of_card(value):
        what, mend = told.split("; ")
    else:
        what = f"there is no value {quoted(value)}"
        mend = instead_of(value, [*KNOWN, *own], "write account_number, or a variable of the flow")
    raise problem(Code.UNKNOWN_VALUE, what, mend)


def _digit(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_DIGIT, value):
        raise ValueError(f"{quoted(value)} is no key that can be said; write one of 0 to 9")
    return value


CallbackKey = Annotated[
    str,
    BeforeValidator(_digit),
    WithJsonSchema({"type": ["string", "integer"], "pattern": _DIGIT, "minimum": 0, "maximum": 9}),
]
Whom = Annotated[str, BeforeValidator(_whom), WithJsonSchema({"type": "string", "pattern": _TO})]
Handed = Annotated[str, BeforeValidator(_handed), WithJsonSchema({"type": "string", "pattern": _NAME})]


def context_of(names: tuple[str, ...], call: Call) -> tuple[tuple[str, str], ...]:
    """Each name and what it stands for, as far as that is known; then how a payment went, and the language."""
    known = [(name, text) for name in names if (text := _text(name, call))]
    paid = call.variables.outcomes.get(_PAID)
    return (*known, *([(_PAID, paid)] if paid else []), ("language", call.language))


def wait_prompt(seconds: float) -> str:
    """What says that somebody may have to wait so long."""
    return next((prompt for most, prompt in _WAITS if seconds <= most), _LONG_WAIT)


def callback_offer(key: str) -> Prompt:
    """What tells whoever waits that this key has them called back."""
    return (CALLBACK_KEY, SpokenDigits(key))


def _text(name: str, call: Call) -> str:
    try:
        return _written(value_of(name, call))
    except MissingVariable:
        return ""


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value, "f") if isinstance(value, Decimal) else re.sub(r"\s+", " ", value)
