"""ivr new: a flow and its tests to begin with."""

from __future__ import annotations

from argparse import Namespace, RawDescriptionHelpFormatter
from pathlib import Path

from ivr.commands.options import Commands
from ivr.templates import make, templates

_ABOUT = """\
Write a flow and its tests, to be changed into yours. They pass `ivr check` and
`ivr test` as they are. Nothing is ever overwritten.

templates:
{}"""
_NEXT = """\
{file} is written, with its tests beside it; it answers {number}.
  ivr simulate {file}   be the caller
  ivr test {file}       play its tests
  ivr show {file}       see it as a diagram"""

_NUMBER = "the dialled number that it answers (default: the first that no flow there answers, from 1000 on)"
_FLOWS = "where it is put (default: flows/)"


def add(commands: Commands) -> None:
    """Declare the command."""
    known = templates()
    new = commands.add_parser(
        "new",
        help="begin a flow from a template",
        description=_ABOUT.format("\n".join(f"  {name:<9} {about}" for name, about in known.items())),
        formatter_class=RawDescriptionHelpFormatter,
    )
    new.add_argument("name", metavar="NAME", help="what it is called: small letters, digits, dashes")
    new.add_argument("--from", dest="template", choices=known, default="hello", help="the template (default: hello)")
    new.add_argument("--answers", default="", metavar="NUMBER", help=_NUMBER)
    new.add_argument("--flows", type=Path, default=Path("flows"), metavar="FOLDER", help=_FLOWS)
    new.set_defaults(command=_new)


def _new(options: Namespace) -> None:
    file, number = make(options.name, options.template, options.flows, options.answers)
    print(_NEXT.format(file=file, number=number))
