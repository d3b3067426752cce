"""The card side's commands; `python -m pci --help` lists them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pci.process import restart_with_clean_memory

_ABOUT = """\
The card side of Tonewall: takes callers over from the call side, asks them for
a card, vaults and charges it. Card numbers, security codes and keys never leave
this process, except to the payment processor."""

_SETTINGS = """\
The settings file is TOML; paths in it are relative to it, secret files must be
private (chmod 600):

  socket = "pci.sock"            where the call side finds us
  database = "pci.db"            encrypted cards, and the charges made with them
  key_file = "pci.key"           made on the first run; back it up apart from the database
  audit = "audit"                the folder of the audit log; left out: this one
  sounds = "sounds"              <language>/<prompt>.wav
  allowed_uids = [1001]          users that may use the socket; left out: only the user that runs this
  [asterisk]
  url = "http://127.0.0.1:8088"  its REST interface (ARI)
  username = "pci"
  password_file = "ari.secret"
  [processor]
  name = "simulator"             or "stripe"
  url = "http://127.0.0.1:9000"  not needed for stripe
  api_key_file = "processor.secret"

Exit status: 0 after SIGTERM, 1 if Asterisk cannot be reached, 2 if the settings cannot be used."""

_GATE_SETTINGS = """\
The settings file is TOML; paths in it are relative to it, secret files must be
private (chmod 600):

  socket = "gate.sock"           where the call side finds it
  card_side = "pci.sock"         the card side's socket, only knocked at
  sounds = "sounds"              nothing else can be played
  audit = "audit"                the folder of its own audit log
  key_file = "gate.key"          made on the first run; not the card side's
  allowed_uids = [1001]          users that may use the socket; left out: only the user that runs this
  [asterisk]
  url = "http://127.0.0.1:8088"  its REST interface (ARI)
  password_file = "ari.secret"   of the ARI user `gate`

What it lets through: docs/reference/gate.md. Exit status: 0 after SIGTERM, 2 if the settings cannot be used."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["simulator"]:  # has an interface of its own, and argparse cannot hand options on
        from pci.simulator.__main__ import main as simulator

        return simulator(words[1:])
    if words[:1] == ["evidence"]:
        restart_with_clean_memory()
        from pci.evidence.command import main as evidence

        return evidence(words[1:])
    if words[:1] == ["audit"]:
        restart_with_clean_memory()
        from pci.audit.command import main as audit

        return audit(words[1:])
    options = _read(words)
    restart_with_clean_memory()
    # not before: all of it would be loaded twice
    if options.command == "check":
        from pci.hardening.check import main as check

        return check(options.asterisk_conf, options.config, as_json=options.json)
    if options.command == "gate":
        from pci.gate.app import main as serve
    else:
        from pci.app import main as serve
    return serve(options.config)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="pci", description=_ABOUT, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve", help="run the card side until SIGTERM", epilog=_SETTINGS, formatter_class=parser.formatter_class
    )
    serve.add_argument(
        "--config", type=Path, default=Path("pci.toml"), metavar="FILE", help="the settings (default: pci.toml)"
    )
    gate = commands.add_parser(
        "gate",
        help="stand between the call side and Asterisk until SIGTERM",
        epilog=_GATE_SETTINGS,
        formatter_class=parser.formatter_class,
    )
    gate.add_argument(
        "--config", type=Path, default=Path("gate.toml"), metavar="FILE", help="the settings (default: gate.toml)"
    )
    commands.add_parser("simulator", help="run a payment processor to practise with")
    check = commands.add_parser("check", help="name what in Asterisk's set-up could show a digit, and the mend")
    check.add_argument("what", choices=["asterisk"], help="the Asterisk that runs here, and its configuration")
    check.add_argument("--asterisk-conf", type=Path, metavar="FILE", help="which Asterisk (default: the running one)")
    check.add_argument("--config", type=Path, metavar="FILE", help="pci.toml: ask Asterisk over ARI, too")
    check.add_argument("--json", action="store_true", help="print the findings as JSON")
    commands.add_parser("audit", help="see whether the audit log is as it was written, or show its end")
    commands.add_parser("evidence", help="write down what the running system shows, for an assessor")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
