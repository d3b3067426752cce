"""ivr check: what is wrong with flows, and where."""

from __future__ import annotations

from argparse import Namespace

from ivr.commands.options import Commands, flows
from ivr.commands.outside import outside, perhaps_settings, say_needed
from ivr.prompts.catalogue import Catalogue
from ivr.publishing.edition import read_flows

_ABOUT = "Check flows without starting anything: every problem with file, line and what to write."


def add(commands: Commands) -> None:
    """Declare the command."""
    check = commands.add_parser(
        "check", parents=[flows(), perhaps_settings()], help="check call flows", description=_ABOUT
    )
    check.set_defaults(command=_check)


def _check(options: Namespace) -> None:
    book = read_flows(options.path, Catalogue.load(options.sounds), outside(options))
    for number, flow in sorted(book.by_number.items()):
        print(f"{number}: {flow.name}, {len(flow.steps)} steps, {', '.join(flow.languages)}")
    print("No problems.")
    say_needed(options, book.flows)
