"""ivr test: play the dialogues beside flows."""

from __future__ import annotations

from argparse import Namespace

from ivr.commands.options import Commands, flows
from ivr.commands.outside import outside, perhaps_settings, say_needed
from ivr.prompts.catalogue import Catalogue
from ivr.rehearsal.errors import TestsFailed
from ivr.rehearsal.testing import play_tests, report

_ABOUT = (
    "Play the dialogue tests beside the flows (pay-invoice.test.yaml beside pay-invoice.yaml). A test that fails is"
    " shown up to where the call went otherwise. Exit code 1: a test failed; 2: a file has to be mended."
)
_COVERAGE = "fail where the tests of a flow take fewer of its branches (default: 0)"


def add(commands: Commands) -> None:
    """Declare the command."""
    test = commands.add_parser(
        "test", parents=[flows(), perhaps_settings()], help="play the tests of call flows", description=_ABOUT
    )
    test.add_argument("--min-coverage", type=float, default=0.0, metavar="PERCENT", help=_COVERAGE)
    test.set_defaults(command=_test)


def _test(options: Namespace) -> None:
    tested = play_tests(options.path, Catalogue.load(options.sounds), outside(options))
    print(*(line for flow in tested for line in report(flow)), sep="\n")
    if failed := [flow for flow in tested if flow.failed]:
        raise TestsFailed(f"Tests failed: {', '.join(flow.coverage.flow.name for flow in failed)}.")
    if [flow for flow in tested if flow.coverage.percent < options.min_coverage]:
        raise TestsFailed(f"Fewer than {options.min_coverage:g} % of the branches are taken.")
    say_needed(options, [flow.coverage.flow for flow in tested])
