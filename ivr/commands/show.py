"""ivr show: a flow as a diagram."""

from __future__ import annotations

import shutil
from argparse import Namespace
from pathlib import Path

from ivr.commands.options import Commands, colour, flow
from ivr.diagram.data import rows
from ivr.diagram.data_svg import draw_data_svg
from ivr.diagram.data_text import draw_data
from ivr.diagram.showing import chart_of, save_svg
from ivr.diagram.svg import draw_svg
from ivr.diagram.text import draw_text
from ivr.prompts.catalogue import Catalogue
from ivr.rehearsal.simulating import the_flow

_ABOUT = (
    "Draw a flow: its steps from top to bottom, the ways that jump at the sides, and which steps touch money or the"
    " card side."
)

_DATA = "show what the flow knows instead: where each value comes from, what is personal, and where it goes"


def add(commands: Commands) -> None:
    """Declare the command."""
    show = commands.add_parser("show", parents=[flow()], help="draw a call flow", description=_ABOUT)
    show.add_argument("--svg", type=Path, metavar="FILE", help="write the diagram to FILE instead")
    show.add_argument("--data", action="store_true", help=_DATA)
    show.set_defaults(command=_show)


def _show(options: Namespace) -> None:
    catalogue = Catalogue.load(options.sounds)
    flow = the_flow(options.path, catalogue)
    chart, data = chart_of(flow, catalogue), rows(flow)
    if options.svg:
        save_svg(draw_data_svg(flow, data) if options.data else draw_svg(chart), options.svg)
        print(f"{options.svg} is written.")
    elif options.data:
        print(draw_data(data, colour=colour()))
    else:
        print(draw_text(chart, shutil.get_terminal_size((100, 24)).columns, colour=colour()))
