"""ivr show: a flow as a diagram."""

from __future__ import annotations

import shutil
from argparse import Namespace
from pathlib import Path

from ivr.commands.options import Commands, colour, flow
from ivr.diagram.showing import chart_of, save_svg
from ivr.diagram.text import draw_text
from ivr.prompts.catalogue import Catalogue
from ivr.rehearsal.simulating import the_flow

_ABOUT = (
    "Draw a flow: its steps from top to bottom, the ways that jump at the sides, and which steps touch money or the"
    " card side."
)


def add(commands: Commands) -> None:
    """Declare the command."""
    show = commands.add_parser("show", parents=[flow()], help="draw a call flow", description=_ABOUT)
    show.add_argument("--svg", type=Path, metavar="FILE", help="write the diagram to FILE instead")
    show.set_defaults(command=_show)


def _show(options: Namespace) -> None:
    catalogue = Catalogue.load(options.sounds)
    chart = chart_of(the_flow(options.path, catalogue), catalogue)
    if options.svg:
        save_svg(chart, options.svg)
        print(f"{options.svg} is written.")
    else:
        print(draw_text(chart, shutil.get_terminal_size((100, 24)).columns, colour=colour()))
