"""ivr schema: what a flow file looks like, for editors."""

from __future__ import annotations

from argparse import Namespace

from ivr.commands.options import Commands
from ivr.flow.schema import schema_text

_ABOUT = "Print the JSON Schema of a flow file, for editors that complete and check while one is written."


def add(commands: Commands) -> None:
    """Declare the command."""
    schema = commands.add_parser("schema", help="print the JSON Schema of flows", description=_ABOUT)
    schema.set_defaults(command=_schema)


def _schema(_options: Namespace) -> None:
    print(schema_text(), end="")
