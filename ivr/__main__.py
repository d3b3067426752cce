"""The command line of the call side; each command is a module of `ivr.commands`.

Exit codes: 0 done, 1 it could not go on, 2 something that was given has to be mended (nothing was started or stored).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

from ivr.bills import BillsRefused
from ivr.errors import ConfigError, IvrError
from ivr.flow.errors import FlowProblems
from ivr.store.errors import NoSuchVersion, StoreError

_COMMANDS = (
    *("serve", "new", "check", "test", "simulate", "show", "schema", "publish", "versions", "rollback"),
    *("bills", "payments", "refunds", "callbacks", "prompts", "models", "calls", "replay", "accounts", "api-keys"),
)
_ABOUT = """\
Takes card payments over the phone: answers calls and runs their flows. The card
itself is taken by the card side (see `pci --help`), which must run beside it."""
_EXAMPLES = """
a first session:
  ivr new my-flow              a flow to begin with, and its tests
  ivr check flows/             every problem with file, line and what to write
  ivr test flows/              play the dialogues beside the flows
  ivr simulate flows/pay-invoice.yaml   be the caller, in this terminal
  ivr show flows/pay-invoice.yaml       the flow as a diagram
  ivr bills import bills.csv   account,reference,amount,currency,due,mobile
  ivr serve                    take calls; Ctrl-C ends them politely
  ivr publish --note "..."     put edited flows into service while calls go on
  ivr calls list               which calls there were; ivr calls show ID: what one did

exit codes: 0 done, 1 it could not go on, 2 something that was given has to be mended
"""


class _Parser(argparse.ArgumentParser):
    """Says what there is where a command is missing, and what was meant where one is misspelt."""

    def error(self, message: str) -> NoReturn:
        """Leave, with 2."""
        if message.endswith(" required: COMMAND"):
            self.exit(2, f"{self.format_help()}\n{self.prog}: which command? They are listed above.\n")
        misspelt = re.search(r"invalid choice: '([\w-]+)' \(choose from (.+)\)", message)
        if misspelt and (meant := get_close_matches(misspelt[1], re.findall(r"[\w-]+", misspelt[2]), 1)):
            message = f"there is no {misspelt[1]}: did you mean {meant[0]}?"
        self.exit(2, f"{self.format_usage()}{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    named = given[:1] if given and given[0] in _COMMANDS else _COMMANDS
    options = command_line(named).parse_args(given)
    code = 0
    try:
        options.command(options)
    except* (ConfigError, FlowProblems, BillsRefused, NoSuchVersion) as group:
        code = _say(group, 2)
    except* (IvrError, StoreError) as group:
        code = _say(group, 1)
    return code


def command_line(names: Sequence[str] = _COMMANDS) -> argparse.ArgumentParser:
    """These commands with their options; what a command needs is imported with it, and takes a second or two."""
    parser = _Parser(
        prog="ivr",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in names:
        import_module(f"ivr.commands.{name.replace('-', '_')}").add(commands)
    return parser


def _say(group: BaseExceptionGroup[BaseException], code: int) -> int:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            _say(error, code)
        elif isinstance(
            error, FlowProblems
        ):  # each line begins with file:line:column, so that editors can jump there
            print(error, _count(len(error.problems)), sep="\n", file=sys.stderr)
        else:
            print(*(f"ivr: {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr)
    return code


def _count(problems: int) -> str:
    return f"ivr: {problems} problem{'s' * (problems != 1)} to mend; nothing was started."


if __name__ == "__main__":
    sys.exit(main())
