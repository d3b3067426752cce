"""Where the data of a flow comes from and where it goes, step by step: what `ivr show --data` draws.

The card has a row of its own though it has no name in a flow: it is keyed, kept and charged by the card side alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ivr.diagram.chart import MONEY, Mark
from ivr.flow.call import ReceiptChannel
from ivr.flow.known import KNOWN
from ivr.flow.model import Flow, Step
from ivr.flow.steps.ask import Ask
from ivr.flow.steps.callback import Callback
from ivr.flow.steps.lookup import Lookup
from ivr.flow.steps.pay import Pay
from ivr.flow.steps.receipt import Receipt
from ivr.flow.steps.refund import Refund
from ivr.flow.steps.transfer import Transfer
from ivr.flow.values import DatePart, MoneyPart, NumberPart, Sayable

CARD = "the card"
VOICE = "the caller's voice"
LAST4 = "brand and last four digits"
CALL_BACK = "the number to call back"
EARLIER = "an earlier payment's amount"


class Place(StrEnum):
    """Where data is outside of the flow."""

    CALLER = "the caller's keys"
    LEDGER = "the ledger"
    API = "the merchant's API"
    CARD_SIDE = "the card side"
    SPOKEN = "the caller, spoken"
    TEXTED = "a text message"
    MAILED = "an e-mail"
    PERSON = "a person, by phone"


@dataclass(frozen=True, slots=True)
class Move:
    """A value that a step brings into the flow from a place, or out of it to one."""

    value: str
    place: Place
    out: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A value with the steps that bring it in and those that take it out, by place."""

    value: str
    marks: tuple[str, ...]
    comes: tuple[tuple[Place, tuple[str, ...]], ...]
    goes: tuple[tuple[Place, tuple[str, ...]], ...]


def rows(flow: Flow) -> list[Row]:
    """What becomes of each value, in the order in which a reader of the flow meets them."""
    found: dict[str, dict[tuple[bool, Place], list[str]]] = {}
    for name, move in _all_moves(flow):
        steps = found.setdefault(move.value, {}).setdefault((move.out, move.place), [])
        steps += [name] if name not in steps else []
    whole = {value.split(".")[0] for value in found if "." in value}  # shown by what the flow uses of them
    return [
        Row(value, _marks(value), _side(found.get(value.split(".")[0], {}), out=False), _side(places, out=True))
        for value, places in found.items()
        if value not in whole
    ]


def _side(places: dict[tuple[bool, Place], list[str]], *, out: bool) -> tuple[tuple[Place, tuple[str, ...]], ...]:
    return tuple((place, tuple(places[out, place])) for place in Place if (out, place) in places)


def _marks(value: str) -> tuple[str, ...]:
    """What a reader should know of a value at once."""
    if value == CARD:
        return (Mark.CARD_SIDE,)
    personal = value in (LAST4, VOICE, CALL_BACK) or (value in KNOWN and KNOWN[value].personal)
    return (
        *([Mark.MONEY] if value == EARLIER or value.split(".")[-1] in {*MONEY, "amount"} else []),
        *(["personal"] if personal else []),
    )


def _all_moves(flow: Flow, inside: str = "") -> Iterator[tuple[str, Move]]:
    for name, placed in flow.steps.items():
        if inner := placed.step.enters():
            yield from _all_moves(inner.flow, f"{inside}{name}/")
        yield from ((inside + name, move) for move in _moves(placed.step))


def _moves(step: Step) -> Iterable[Move]:
    reached = step.reaches()
    to_somebody = reached.people or reached.queues
    told = Place.PERSON if to_somebody else Place.SPOKEN
    yield from (Move(_value(part), told) for part in step.says() if not isinstance(part, str))
    if to_somebody:
        yield Move(VOICE, Place.PERSON)
    match step:
        case Transfer():
            yield from (Move(value, Place.PERSON) for value in step.context)
        case Ask():
            yield Move(step.save, Place.CALLER, out=False)
        case Lookup():
            asked = Place.API if reached.apis else Place.LEDGER
            yield from (Move(value, asked) for value in sorted(step.needs()))
            yield from (Move(value, asked, out=False) for value in sorted(step.sets()))
        case Pay():
            yield from (Move(step.amount, place) for place in (Place.SPOKEN, Place.CARD_SIDE) if step.amount)
            yield Move(CARD, Place.CARD_SIDE, out=False)
            yield Move(LAST4, Place.CARD_SIDE, out=False)
            yield Move(LAST4, Place.SPOKEN)
            yield Move("paid", Place.CARD_SIDE, out=False)
        case Refund():
            yield Move(step.account, Place.LEDGER)
            yield Move(EARLIER, Place.LEDGER, out=False)
            yield from (Move(EARLIER, place) for place in (Place.SPOKEN, Place.LEDGER))
        case Callback():
            yield Move(CALL_BACK, Place.CALLER, out=False)
            yield from (Move(CALL_BACK, place) for place in (Place.SPOKEN, Place.LEDGER))
        case Receipt():
            for channel in step.by:
                yield from (Move(value, _BY[channel]) for value in ("paid.amount", *_WITH[channel]))


_BY = {ReceiptChannel.VOICE: Place.SPOKEN, ReceiptChannel.SMS: Place.TEXTED, ReceiptChannel.EMAIL: Place.MAILED}
_WITH = {ReceiptChannel.VOICE: (), ReceiptChannel.SMS: (LAST4,), ReceiptChannel.EMAIL: (LAST4,)}


def _value(part: Sayable) -> str:
    match part:
        case str():
            return part
        case MoneyPart():
            return part.money
        case DatePart():
            return part.date
        case NumberPart():
            return part.number
    return f"{part.last_digits}"
