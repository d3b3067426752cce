"""ivr replay: a call that was made, with another flow."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from ivr.commands.calls import find_trace
from ivr.commands.options import Commands, settings, sounds
from ivr.errors import ConfigError
from ivr.flow.library import load_flow, load_flows
from ivr.flow.model import Flow
from ivr.pbx.runs import flow_for
from ivr.pbx.settings import FLOW_PREFIX
from ivr.prompts.catalogue import Catalogue
from ivr.trace.comparing import replay
from ivr.trace.errors import PathsPart
from ivr.trace.people import Order
from ivr.trace.telling import compare
from ivr.trace.trace import MOST_BYTES, Trace, read

_ABOUT = (
    "Play a call that was made with a flow as it is now: the trace of the call answers what the flow asks, and both"
    " paths are shown side by side. Nothing is called, looked up or charged. Exit code 1: the paths part."
)


def add(commands: Commands) -> None:
    """Declare the command."""
    parents = [settings(), sounds()]
    command = commands.add_parser(
        "replay", parents=parents, help="a real call with an edited flow", description=_ABOUT
    )
    about = "the id of a call, or a file that `ivr calls show ID --json` wrote"
    command.add_argument("trace", metavar="TRACE", help=about)
    about = "the flow, or a folder with a flow of the same name (default: flows/)"
    command.add_argument("path", type=Path, nargs="?", default=Path("flows"), metavar="FLOW", help=about)
    command.set_defaults(command=_replay)


def _replay(options: Namespace) -> None:
    file = Path(options.trace)
    trace = read(_read_file(file) if file.is_file() else find_trace(options.trace, options.config), options.trace)
    flow = _the_flow(options.path, trace, Catalogue.load(options.sounds))
    replayed = replay(trace, flow)
    print(*compare(replayed, f"version {trace.began.version}", str(options.path)), sep="\n")
    if not replayed.same:
        raise PathsPart
    print("The call goes the same way.")


def _read_file(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1).decode("utf-8", "replace")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None


def _the_flow(path: Path, trace: Trace, catalogue: Catalogue) -> Flow:
    if trace.order:
        return _of_order(path, trace.order, catalogue)
    if path.is_file():
        return load_flow(path, catalogue)
    name, flows = trace.began.flow, {flow.name: flow for flow in load_flows(path, catalogue).flows}
    if name not in flows:
        raise _no_flow(path, name)
    return flows[name]


def _of_order(path: Path, order: Order, catalogue: Catalogue) -> Flow:
    """What a PBX had run; for a payment no file is read."""
    name = order.run.removeprefix(FLOW_PREFIX)
    if name == order.run:
        return flow_for(order.run, {}, bill=order.bill)
    called = {name: load_flow(path, catalogue)} if path.is_file() else load_flows(path, catalogue).called
    if name not in called:
        raise _no_flow(path, name)
    return flow_for(order.run, called)


def _no_flow(path: Path, name: str) -> ConfigError:
    return ConfigError(f"{path}: there is no flow {name} here; name the file that is to be replayed")
