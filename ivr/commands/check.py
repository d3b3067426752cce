"""ivr check: what is wrong with flows, and where."""

from __future__ import annotations

from argparse import Namespace

from ivr import app
from ivr.commands.options import Commands, flows
from ivr.commands.outside import outside, perhaps_settings, say_needed
from ivr.prompts.catalogue import Catalogue

_ABOUT = "Check flows without starting anything: every problem with file, line and what to write."


def add(commands: Commands) -> None:
    """Declare the command."""
    check = commands.add_parser(
        "check", parents=[flows(), perhaps_settings()], help="check call flows", description=_ABOUT
    )
    check.set_defaults(command=_check)


def _check(options: Namespace) -> None:
    book = app.read_flows(options.path, Catalogue.load(options.sounds), outside(options))
    for number, flow in sorted(book.by_number.items()):
        print(f"{number}: {flow.name}, {len(flow.steps)} steps, {', '.join(flow.languages)}")
    print("No problems.")
    say_needed(options, book.flows)
