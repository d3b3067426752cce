"""refund: take down that the caller wants money back. A person decides; nothing here moves money."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import replace
from typing import ClassVar, Final, Literal, get_args

from pydantic import Field

from ivr.flow.amounts import KeyedAmount
from ivr.flow.call import Call, LookupFailed
from ivr.flow.confirming import NOT_CAUGHT, OR_SAY, YES, one_of, sorry_for, yes_or_no
from ivr.flow.errors import MissingVariable
from ivr.flow.inputs import Answered
from ivr.flow.keys import Keys
from ivr.flow.requests import EarlierPayment, Noted, RefundReason, RefundRequest
from ivr.flow.spoken import Prompt
from ivr.flow.values import MOST_KEYS, Sayable, Speech, TextVariable, Variable, speech
from ivr.money import Money

Outcome = Literal["noted", "not_found", "cancelled", "failed", "unavailable"]

_ATTEMPTS: Final = 3
_THIS, _ANOTHER = "1", "2"
_WHOLE, _PART = "1", "2"
_CANCEL = "*"
_WHY: Final = dict(zip("1234", RefundReason, strict=True))
_REFERENCE: Final = Keys(most=MOST_KEYS, first_digit_timeout=12.0)
_NOTHING: Final = "nothing-heard"
_WRONG_KEY: Final = "did-not-understand"
_TOO_MANY: Final = "too-many-tries"


class _GaveUp(Exception):
    """The caller has spent every attempt at a question."""


class Refund(Answered):
    """`refund: {account: account_number}`: which payment, how much of it and why, off to the list of a person."""

    verb: ClassVar = "refund"
    outcomes: ClassVar = get_args(Outcome)
    onward: ClassVar = "noted"
    ends: ClassVar = frozenset({"cancelled", "failed", "unavailable"})
    at_once: ClassVar = frozenset({"not_found", "unavailable"})

    account: TextVariable = Field(description="whose payments: `account_number`")
    promise: Speech = Field(
        default=("refund-promise",), min_length=1, description="said at the end: who decides, and by when"
    )

    def says(self) -> tuple[Sayable, ...]:
        """Its own words and the promise."""
        return (
            *("refund-last", "refund-this-one", "refund-enter-reference", "refund-not-found", "refund-how-much"),
            *("refund-enter-amount", "refund-amount-wrong", *KeyedAmount.LIMITS, "refund-why", "refund-of"),
            *("refund-right", "refund-noted", "refund-noted-already", "refund-dropped", "refund-not-noted"),
            *(_NOTHING, _WRONG_KEY, _TOO_MANY),
            *((OR_SAY, NOT_CAUGHT) if self.by_speech() else ()),
            *self.promise,
        )

    def needs(self) -> Set[Variable]:
        """The account number, and what the promise speaks of."""
        return {self.account, *super().needs()}

    async def run(self, call: Call) -> Outcome:
        """Ask, write down, and say who decides."""
        account: str = getattr(call.variables, self.account)
        if not account:
            raise MissingVariable(self.account)
        try:
            payments = await call.earlier_payments(account)
            payment = await _chosen(call, payments) if payments else None
            if payment is None:
                await call.speak(("refund-not-found",))
                return "not_found"
            if not payment.left.minor:
                return await self._tell(call, Noted.ALREADY)
            request = await _request(call, payment)
        except LookupFailed:
            await call.speak(("refund-not-noted",))
            return "unavailable"
        except _GaveUp:
            await call.speak((_TOO_MANY,))
            return "failed"
        if request is None:
            await call.speak(("refund-dropped",))
            return "cancelled"
        return await self._tell(call, await call.note(request))

    async def _tell(self, call: Call, noted: Noted) -> Outcome:
        if noted is Noted.NOT_NOTED:
            await call.speak(("refund-not-noted",))
            return "unavailable"
        words = "refund-noted" if noted is Noted.NOTED else "refund-noted-already"
        await call.speak((words, *speech(self.promise, call.variables)))
        return "noted"


async def _chosen(call: Call, payments: Sequence[EarlierPayment]) -> EarlierPayment | None:
    """The last payment, or the one with the digits that the caller keys; None if there is no such payment."""
    last = payments[0]
    if await _choice(call, ("refund-last", last.amount, "refund-this-one"), _THIS + _ANOTHER) == _THIS:
        return last

    def place(keyed: str) -> int | None:
        numbers = [_keyed_as(payment.reference) for payment in payments]
        return numbers.index(keyed) if keyed and keyed in numbers else None

    found = place(await call.collect(("refund-enter-reference",), replace(_REFERENCE, item=place)))
    return None if found is None else payments[found]


async def _request(call: Call, payment: EarlierPayment) -> RefundRequest | None:
    """What exactly is asked for; None if the caller drops it."""
    amount = payment.left
    if await _choice(call, ("refund-how-much",), _WHOLE + _PART) == _PART:
        amount = await _part(call, payment)
    reason = _WHY[await _choice(call, ("refund-why",), "".join(_WHY))]
    if await _confirmed(call, ("refund-of", amount, "refund-right")) == _CANCEL:
        return None
    return RefundRequest(payment, amount, reason)


async def _part(call: Call, payment: EarlierPayment) -> Money:
    """An amount that the caller keys, above nothing and up to what is left."""
    currency = payment.amount.currency
    wanted = KeyedAmount(currency=currency, least=str(Money(1, currency)), most=str(payment.left))
    keys = Keys(most=wanted.most_keys, first_digit_timeout=12.0, amount=wanted.read)
    sorry: Prompt = ()
    for _ in range(_ATTEMPTS):
        keyed = await call.collect((*sorry, "refund-enter-amount"), keys)
        if amount := wanted.read(keyed):
            return amount
        sorry = ("refund-amount-wrong", *wanted.limits()) if keyed else (_NOTHING,)
    raise _GaveUp


async def _choice(call: Call, question: Prompt, choices: str) -> str:
    return await _one_of(choices, lambda sorry: one_of(call, (*sorry, *question), choices))


async def _confirmed(call: Call, question: Prompt) -> str:
    return await _one_of(YES + _CANCEL, lambda sorry: yes_or_no(call, (*sorry, *question), _CANCEL))


async def _one_of(choices: str, ask: Callable[[Prompt], Awaitable[str]]) -> str:
    sorry: Prompt = ()
    for _ in range(_ATTEMPTS):
        answer = await ask(sorry)
        if answer and answer in choices:
            return answer
        sorry = sorry_for(answer)
    raise _GaveUp


def _keyed_as(reference: str) -> str:
    return re.sub("[^0-9]", "", reference)
