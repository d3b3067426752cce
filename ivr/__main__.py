"""The command line of the call side: serve calls, check flows, import bills.

Exit codes: 0 done, 1 it could not go on, 2 something that was given has to be mended (nothing was started or stored).
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from asterisk_ari import AriError
from ivr import app, config, log
from ivr.bills import BillsRefused, import_bills
from ivr.config import Settings
from ivr.errors import ConfigError, IvrError
from ivr.flow.errors import FlowProblems
from ivr.prompts.catalogue import Catalogue
from ivr.store.database import sqlite_url
from ivr.store.errors import StoreError
from ivr.store.invoices import Imported
from ivr.store.store import open_store

_ABOUT = """\
Takes card payments over the phone: answers calls and runs their flows. The card
itself is taken by the card side (see `pci --help`), which must run beside it."""
_EXAMPLES = """
a first session:
  ivr check flows/             every problem with file, line and what to write
  ivr bills import bills.csv   account,reference,amount,currency,due,mobile
  ivr serve                    take calls; Ctrl-C ends them politely

exit codes: 0 done, 1 it could not go on, 2 something that was given has to be mended
"""
_SERVE = (
    "Take calls until SIGTERM or Ctrl-C. Log lines are JSON objects on stdout; the event `ready` says that calls are"
    " taken. Asterisk and the card side may start later: they are waited for."
)
_CHECK = "Check flows without starting anything: every problem with file, line and what to write."
_FLOWS = "a flow file, or a folder of them (default: flows/)"
_SOUNDS = "the prompts (default: sounds/)"
_BILLS = "What callers owe: they key the account of a bill and pay it."
_IMPORT = (
    "Add bills from a CSV file in UTF-8 with the columns account, reference, amount, currency, due, mobile. A bill is"
    " named by account and reference: importing it again updates it. If one row is wrong, nothing is imported."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    options = _parser().parse_args(arguments)
    code = 0
    try:
        options.command(options)
    except* (ConfigError, FlowProblems, BillsRefused) as group:
        code = _say(group, 2)
    except* (IvrError, StoreError, AriError) as group:
        code = _say(group, 1)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ivr",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument(
        "--config", type=Path, default=Path("ivr.toml"), metavar="FILE", help="the settings (default: ivr.toml)"
    )
    serve = commands.add_parser("serve", parents=[settings], help="take calls", description=_SERVE)
    serve.set_defaults(command=_serve)
    check = commands.add_parser("check", help="check call flows", description=_CHECK)
    check.add_argument("path", type=Path, nargs="?", default=Path("flows"), metavar="PATH", help=_FLOWS)
    check.add_argument("--sounds", type=Path, default=Path("sounds"), metavar="FOLDER", help=_SOUNDS)
    check.set_defaults(command=_check)
    bills = commands.add_parser("bills", help="the ledger of what callers owe", description=_BILLS)
    verbs = bills.add_subparsers(title="commands", required=True, metavar="COMMAND")
    imports = verbs.add_parser("import", parents=[settings], help="add bills from a CSV file", description=_IMPORT)
    imports.add_argument("file", type=Path, metavar="FILE", help="the CSV file")
    imports.set_defaults(command=_import_bills)
    return parser


def _serve(options: argparse.Namespace) -> None:
    settings = config.load(options.config)
    log.configure()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await app.serve(settings, stop)

    asyncio.run(run())


def _check(options: argparse.Namespace) -> None:
    book = app.read_flows(options.path, Catalogue.load(options.sounds))
    for number, flow in sorted(book.by_number.items()):
        print(f"{number}: {flow.name}, {len(flow.steps)} steps, {', '.join(flow.languages)}")
    print("No problems.")


def _import_bills(options: argparse.Namespace) -> None:
    settings = config.load(options.config)
    imported = asyncio.run(_put_bills(settings, options.file))
    print(
        f"{imported.added} added, {imported.updated} updated, {imported.unchanged} unchanged,"
        f" {imported.paid} paid already, {imported.being_paid} being paid now (left as they are)."
    )


async def _put_bills(settings: Settings, file: Path) -> Imported:
    async with open_store(sqlite_url(settings.database)) as store:
        return await import_bills(file, store.invoices)


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
