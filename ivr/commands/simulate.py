"""ivr simulate: be the caller of a flow, in this terminal."""

from __future__ import annotations

import io
import sys
from argparse import ArgumentTypeError, Namespace
from pathlib import Path

from ivr.addresses import is_e164
from ivr.commands.options import Commands, colour, flow
from ivr.commands.outside import outside, perhaps_settings, say_needed
from ivr.errors import ConfigError
from ivr.prompts.catalogue import Catalogue
from ivr.prompts.player import Player
from ivr.rehearsal.simulating import answers_for, ledger_for, simulate, the_flow
from ivr.rehearsal.terminal import Terminal

_ABOUT = (
    "Be the caller, in this terminal: read what is said, type keys. The card side is simulated: choose a test card by"
    " its outcome, never type a card number. The same engine as in a real call; also works with piped input."
)
_OWED = "what callers owe, as for `bills import` (default: the bills of the tests beside the flow)"
_FROM = "the number that calls, as in +15550100123: whose mobile it is may use a stored card (default: withheld)"
_ALOUD = "play the recordings on this machine's loudspeaker too"
_DOWN = "play the call with this out of order; may be given twice"


def add(commands: Commands) -> None:
    """Declare the command."""
    rehearse = commands.add_parser(
        "simulate", parents=[flow(), perhaps_settings()], help="be the caller of a flow", description=_ABOUT
    )
    rehearse.add_argument("--bills", type=Path, metavar="CSV", help=_OWED)
    rehearse.add_argument("--from", type=_number, dest="caller", metavar="NUMBER", help=_FROM)
    rehearse.add_argument("--down", action="append", default=[], choices=("ledger", "card-side"), help=_DOWN)
    rehearse.add_argument("--aloud", action="store_true", help=_ALOUD)
    rehearse.set_defaults(command=_simulate)


def _number(text: str) -> str:
    if not is_e164(text):
        raise ArgumentTypeError(f"{text} is no number that calls; write + and the country code, as in +15550100123")
    return text


def _player() -> Player:
    player = Player.find()
    if player is None:
        raise ConfigError("No player was found here: install one (aplay, paplay or play), or leave out --aloud.")
    return player


def _simulate(options: Namespace) -> None:
    catalogue = Catalogue.load(options.sounds)
    chosen = the_flow(options.path, catalogue, outside(options))
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # whatever is piped in, it is told what may be typed
    apis = answers_for(options.path, chosen, catalogue)
    terminal = Terminal(sys.stdin, sys.stdout, down=frozenset(options.down), colour=colour(), apis=apis)
    ledger = ledger_for(options.path, chosen, catalogue, options.bills)
    simulate(chosen, ledger, catalogue, terminal, options.caller, _player() if options.aloud else None)
    say_needed(options, [chosen])
