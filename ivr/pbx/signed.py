"""What goes over with a call, in both directions, and the signature that says from whom it is.

Each is a set of headers, signed together: HMAC-SHA256 of the values, one a line after a line that says what they are.
A value has no line breaks and few signs at all, so no two sets have the same text.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from ivr.agents.notes import checked_reference
from ivr.errors import IvrError
from ivr.money import Money
from ivr.pbx.settings import FLOW_PREFIX, KEEPS, RUN, PbxSettings

ARGUMENT: Final = "handed-in"
"""The first argument with which such a call comes into our application; its PBX and the headers follow."""
FRESH: Final = timedelta(minutes=2)
"""How far from our clock the time of a hand-over may be."""
GIVEN: Final = ("Session", "Amount", "Currency", "Reference", "Return", "Run", "Issued", "Signature")
_GIVEN_TEXT: Final = "tonewall hand-over 1"
_RESULT_TEXT: Final = "tonewall result 1"
_FORMS: Final = (
    r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}",
    r"0|[1-9][0-9]{0,10}",
    r"[A-Z]{3}",
    r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,19}",
    r"[a-z][a-z0-9-]{0,31}",
    rf"|{RUN}",
    r"[1-9][0-9]{9}",
    r"[0-9a-f]{64}",
)


class Refusal(StrEnum):
    """Why a call is not taken; for the log, for who hands calls in is told nothing."""

    UNKNOWN_PBX = "unknown-pbx"
    MALFORMED = "malformed"
    FORGED = "forged"
    STALE = "stale"
    REPLAYED = "replayed"
    RETURN = "unknown-return"
    RUN = "unknown-run"
    AMOUNT = "amount"


class HandoverRefused(IvrError):
    """This call is not taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"This call is not taken: {refusal}.")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a PBX asks for: `run` for `reference`, in its own `session`; then back to the endpoint `back`."""

    pbx: str
    session: str
    run: str
    amount: Money | None
    reference: str
    back: str


@dataclass(frozen=True, slots=True)
class Result:
    """What it gets back. `status` is how the payment ended; the rest is empty where nothing was charged."""

    session: str
    status: str
    brand: str = ""
    last4: str = ""
    receipt: str = ""


def read(args: Sequence[str], pbxs: Mapping[str, PbxSettings], now: datetime) -> HandedIn:
    """What the arguments of a call ask for; HandoverRefused. Whether it is the first time is not looked at."""
    pbx = pbxs.get(args[1]) if len(args) > 1 else None
    if pbx is None:
        raise HandoverRefused(Refusal.UNKNOWN_PBX)
    values = args[2:]
    if len(values) != len(_FORMS) or not all(map(_fits, _FORMS, values)):
        raise HandoverRefused(Refusal.MALFORMED)
    *signed, signature = values
    if not hmac.compare_digest(signature_of_order(pbx, signed), signature):
        raise HandoverRefused(Refusal.FORGED)
    session, minor, currency, reference, back, run, issued = signed
    if abs(now - datetime.fromtimestamp(int(issued), UTC)) > FRESH:
        raise HandoverRefused(Refusal.STALE)
    if back not in pbx.returns:
        raise HandoverRefused(Refusal.RETURN)
    if run and run not in pbx.runs:
        raise HandoverRefused(Refusal.RUN)
    run = run or pbx.runs[0]
    amount = _amount(pbx, run, minor, currency)
    return HandedIn(args[1], session, run, amount, _named(reference), pbx.returns[back])


def headers(pbx: PbxSettings, result: Result, now: datetime) -> dict[str, str]:
    """The headers that go back with a call."""
    told = {
        "Session": result.session,
        "Status": result.status,
        "Brand": result.brand,
        "Last4": result.last4,
        "Receipt": result.receipt,
        "Issued": str(int(now.timestamp())),
    }
    told["Signature"] = signature_of_result(pbx, list(told.values()))
    return {f"X-Tonewall-{name}": value for name, value in told.items() if value}


def signature_of_order(pbx: PbxSettings, values: Sequence[str]) -> str:
    """The signature of what a PBX asks for, in hexadecimal digits; `values` are those of `GIVEN` before it;
    one that is not given is empty."""
    return _sign(pbx, _GIVEN_TEXT, values)


def signature_of_result(pbx: PbxSettings, values: Sequence[str]) -> str:
    """The signature of what it is told, in hexadecimal digits; `values` in the order of `headers`."""
    return _sign(pbx, _RESULT_TEXT, values)


def _sign(pbx: PbxSettings, about: str, values: Sequence[str]) -> str:
    text = "\n".join((about, *values))
    return hmac.digest(pbx.key.get_secret_value().encode(), text.encode(), "sha256").hex()


def _fits(form: str, value: str) -> bool:
    return re.fullmatch(form, value, re.ASCII) is not None


def _amount(pbx: PbxSettings, run: str, minor: str, currency: str) -> Money | None:
    """What is to be paid: none where a card is kept, and a flow may do without."""
    try:
        amount = Money(int(minor), currency)
    except ValueError:
        raise HandoverRefused(Refusal.AMOUNT) from None
    of_flow = run.startswith(FLOW_PREFIX)
    if not pbx.may_take(amount) or (not of_flow and (run == KEEPS) == bool(amount.minor)):
        raise HandoverRefused(Refusal.AMOUNT)
    return amount if amount.minor else None


def _named(reference: str) -> str:
    """The reference, in which no card number can be."""
    try:
        return checked_reference(reference)
    except IvrError:
        raise HandoverRefused(Refusal.MALFORMED) from None
