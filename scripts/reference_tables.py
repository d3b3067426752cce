"""What the program knows of itself, as tables for docs/reference; render_reference.py puts them into the pages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ivr.__main__ import command_line
from ivr.flow.amounts import KeyedAmount
from ivr.flow.asking import Asking
from ivr.flow.days import KeyedDay
from ivr.flow.fee import Fee
from ivr.flow.head import Head
from ivr.flow.known import KNOWN
from ivr.flow.model import Step
from ivr.flow.problems import Code
from ivr.flow.steps import VERBS
from ivr.rehearsal.cards import CARDS, Keyed
from ivr.trace.amount import Amount
from ivr.trace.events import Event
from pci import contract, errors, server

TO_WRITE = "…"


@dataclass(frozen=True)
class Table:
    """Rows of cells, each row as wide as `head`, or one cell less: then a person writes the last one."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self, before: str) -> str:
        """The table in Markdown. `before` is the one that it replaces: what people wrote there is kept."""
        old = {cells[0]: cells[-1] for cells in map(_cells, before.splitlines())}
        rows = [row if len(row) == len(self.head) else (*row, old.get(row[0], TO_WRITE)) for row in self.rows]
        return "".join(f"| {' | '.join(cells)} |\n" for cells in [self.head, *rows]).replace(
            "\n", f"\n|{'---|' * len(self.head)}\n", 1
        )


@dataclass(frozen=True)
class Known:
    """What a page has to have: `tables` by their names, and `sections` by the first words of their headings."""

    tables: Mapping[str, Table]
    sections: Sequence[str] = ()


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


@cache
def _flows() -> Known:
    tables = {"keys of a flow": _keys(Head), "values": _values()}
    tables |= {"keys of ask.amount": _keys(KeyedAmount), "keys of ask.day": _keys(KeyedDay)}
    tables |= {"keys of pay.fee": _keys(Fee)}
    for verb, kind in ((verb, kind.with_keys or kind) for verb, kind in VERBS.items()):
        if not kind.whole and kind.model_fields:
            tables[f"keys of {verb}"] = _keys(kind)
        if kind.outcomes:
            rows = ((f"`{outcome}`", _without_next(kind, outcome)) for outcome in kind.outcomes)
            tables[f"outcomes of {verb}"] = Table(("Outcome", "Without `next`", "When"), tuple(rows))
    return Known(tables, [f"`{verb}`" for verb in VERBS])


def _values() -> Table:
    rows = ((f"`{name}`", str(known.kind)) for name, known in KNOWN.items())
    return Table(("Value", "Is", "Known after"), tuple(rows))


def _without_next(kind: type[Step], outcome: str) -> str:
    if outcome == kind.onward:
        return "below"
    return "ends" if outcome in kind.ends else "must be in next"


def _keys(model: type[BaseModel]) -> Table:
    """What must be written first, then the rest."""
    keys = sorted(_fields(model).items(), key=lambda item: not item[1].is_required())
    rows = ((f"`{name}`", _default(model, name, info), info.description or "") for name, info in keys)
    return Table(("Key", "Default", "Meaning"), tuple(rows))


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _default(model: type[BaseModel], name: str, info: FieldInfo) -> str:
    """As it would be written in a flow."""
    if info.is_required():
        return "needed"
    if issubclass(model, Asking) and name == "no_match":
        return f"`{model.wrong_keys}`"
    match info.get_default(call_default_factory=True):
        case bool() as value:
            return f"`{str(value).lower()}`"
        case float() as value:
            return f"`{value:g}s`"
        case None | () | {} | "":
            return "none"
        case (only,):
            return f"`{only}`"
        case tuple() as several:
            return f"`[{', '.join(map(str, several))}]`"
        case value:
            return f"`{value}`"


@cache
def _problems() -> Known:
    return Known({}, [code.value for code in Code])


@cache
def _tests() -> Known:
    rows = ((f"`{name}`", card.last4 if isinstance(card, Keyed) else "–", card.about) for name, card in CARDS.items())
    return Known({"cards": Table(("Card", "Ending", "Meaning"), tuple(rows))})


@cache
def _commands() -> Known:
    commands = dict(_options(command_line(), "ivr"))
    tables = {f"options of {name}": table for name, table in commands.items() if table.rows}
    return Known(tables, [f"`{name}`" for name in commands])


def _options(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, Table]]:
    """Every command that does something and can be told how; what must be given comes first."""
    deeper = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in deeper:
        for verb, inner in action.choices.items():
            yield from _options(inner, f"{name} {verb}")
    if deeper:
        return
    actions = sorted(parser._actions, key=lambda action: bool(action.option_strings))
    rows = tuple(
        (f"`{action.option_strings[-1] if action.option_strings else action.metavar}`", _help(action))
        for action in actions
        if not isinstance(action, argparse._HelpAction)
    )
    yield name, Table(("Option", "Meaning"), rows)


def _help(action: argparse.Action) -> str:
    text = re.sub(r" \(default: ([^)]+)\)", r"; default: \1", action.help or "")
    what, semicolon, more = text.replace("|", r"\|").partition(";")
    choices = f": {', '.join(f'`{choice}`' for choice in action.choices)}" if action.choices else ""
    return what + choices + semicolon + more


@cache
def _card_side() -> Known:
    requests = re.findall(r"^    ([A-Z]+ +/v1/\S+) +(.+)$", contract.__doc__ or "", re.MULTILINE)
    rows = tuple((f"`{' '.join(request.split())}`", " ".join(what.split())) for request, what in requests)
    refusals = {kind.code: kind for kind in _below(errors.Refused)}
    kinds = {code: refusals.get(code, errors.PciError) for code in contract.ErrorCode}
    told = ((f"`{code}`", str(server._STATUS.get(code, 500)), str(kind())) for code, kind in kinds.items())
    tables = {
        "requests": Table(("Request", "What goes in and out"), rows),
        "error codes": Table(("Code", "Status", "Message"), tuple(told)),
        "capture outcomes": _words(contract.CaptureOutcome),
        "hearing ends": _words(contract.HearingEnd),
        "charge states": _words(contract.ChargeState),
        "decline reasons": _words(contract.DeclineReason),
    }
    return Known(tables)


@cache
def _traces() -> Known:
    kinds = {kind.model_fields["type"].default: kind for kind in get_args(Event)} | {"amount": Amount}
    tables = {f"keys of {name}": table for name, kind in kinds.items() if (table := _keys_of_event(kind)).rows}
    return Known(tables, list(kinds))


def _keys_of_event(kind: type[BaseModel]) -> Table:
    """Without those that every event has."""
    keys = (item for item in kind.model_fields.items() if item[0] not in ("at", "type"))
    return Table(("Key", "Meaning"), tuple((f"`{name}`", info.description or "") for name, info in keys))


def _below(kind: type[errors.Refused]) -> Iterator[type[errors.Refused]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)


def _words(names: Iterable[str]) -> Table:
    return Table(("Word", "Meaning"), tuple((f"`{name}`",) for name in names))


PAGES = {
    "flows.md": _flows,
    "flow-problems.md": _problems,
    "flow-tests.md": _tests,
    "ivr-commands.md": _commands,
    "card-side.md": _card_side,
    "traces.md": _traces,
}
