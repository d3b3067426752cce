"""ivr test: play the dialogues beside flows."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ivr.commands.options import Commands, flows
from ivr.commands.outside import outside, perhaps_settings, say_needed
from ivr.prompts.catalogue import Catalogue
from ivr.rehearsal.errors import TestsFailed
from ivr.rehearsal.testing import FlowTested, play_tests, report

_ABOUT = (
    "Play the dialogue tests beside the flows (pay-invoice.test.yaml beside pay-invoice.yaml). A test that fails is"
    " shown up to where the call went otherwise. Exit code 1: a test failed; 2: a file has to be mended."
)
_COVERAGE = "fail where the tests of a flow take fewer of its branches (default: 0)"


def add(commands: Commands) -> None:
    """Declare the command."""
    parents = [flows(), perhaps_settings(), min_coverage()]
    test = commands.add_parser("test", parents=parents, help="play the tests of call flows", description=_ABOUT)
    test.set_defaults(command=_test)


def insist(tested: list[FlowTested], min_coverage: float) -> None:
    """Print what came of the tests; TestsFailed if one failed or too few branches are taken."""
    print(*(line for flow in tested for line in report(flow)), sep="\n")
    if failed := [flow for flow in tested if flow.failed]:
        raise TestsFailed(f"Tests failed: {', '.join(flow.coverage.flow.name for flow in failed)}.")
    if [flow for flow in tested if flow.coverage.percent < min_coverage]:
        raise TestsFailed(f"Fewer than {min_coverage:g} % of the branches are taken.")


def min_coverage() -> ArgumentParser:
    """`--min-coverage PERCENT`."""
    parent = ArgumentParser(add_help=False)
    parent.add_argument("--min-coverage", type=float, default=0.0, metavar="PERCENT", help=_COVERAGE)
    return parent


def _test(options: Namespace) -> None:
    tested = play_tests(options.path, Catalogue.load(options.sounds), outside(options))
    insist(tested, options.min_coverage)
    say_needed(options, [flow.coverage.flow for flow in tested])
