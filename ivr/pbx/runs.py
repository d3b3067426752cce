"""What an order of a PBX has run, always as a flow: one step that pays or keeps a card, or a flow that returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.errors import ConfigError
from ivr.flow.library import FlowBook
from ivr.flow.model import Flow, Placed, Step
from ivr.flow.steps.call import CallFlow
from ivr.flow.steps.pay import Pay
from ivr.flow.subflow import from_outside
from ivr.pbx.settings import FLOW_PREFIX, KEEPS, PbxSettings
from ivr.prompts.catalogue import Catalogue

NAME: Final = "handed-in"
"""What stands in the ledger where other calls have the name of their flow."""
PURPOSE: Final = "pbx"
_KNOWN: Final = frozenset({"account_number", "amount"})


def flow_for(run: str, called: Mapping[str, Flow], *, bill: bool = False) -> Flow:
    """The flow of one step that does it; `bill`, whether what is paid is a bill. KeyError without such a flow."""
    name = run.removeprefix(FLOW_PREFIX)
    if name != run:
        return _of_one_step(name, CallFlow.model_validate({"callee": from_outside(called[name])}))
    if run == KEEPS:
        return _of_one_step("pay", Pay.model_validate({"action": run}))
    about = {"amount": "invoice.amount"} if bill else {"amount": "amount", "reference": PURPOSE}
    return _of_one_step("pay", Pay.model_validate({"action": run, **about}))


def check_runs(pbxs: Mapping[str, PbxSettings], book: FlowBook, prompts: Catalogue) -> None:
    """ConfigError if something that a PBX may have run is not among these flows, or cannot be said."""
    for name, pbx in pbxs.items():
        for run in pbx.runs:
            if wrong := _wrong(run, pbx, book, prompts):
                raise ConfigError(f"pbxs.{name}.runs: {wrong}")


def _wrong(run: str, pbx: PbxSettings, book: FlowBook, prompts: Catalogue) -> str:
    name = run.removeprefix(FLOW_PREFIX)
    if name == run:
        said = {prompt for placed in flow_for(run, {}).steps.values() for prompt in placed.step.says()}
        missing = [prompt for prompt in prompts.missing(pbx.language) if prompt in said]
        return f"{run} needs these prompts in {pbx.language}: {', '.join(missing)}" if missing else ""
    flow = book.called.get(name)
    if flow is None:
        return f"there is no flow {name} that has `returns`: write one, or take {run} away"
    if pbx.language not in flow.languages:
        return f"the flow {name} does not speak {pbx.language}: add it to its languages, or change `language`"
    if unknown := from_outside(flow).needs - _KNOWN:
        return (
            f"the flow {name} needs {', '.join(sorted(unknown))} from its start, and an order has none: find it there"
        )
    return ""


def _of_one_step(name: str, step: Step) -> Flow:
    return Flow(NAME, (), (), {name: Placed(step, {})})
