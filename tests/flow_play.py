"""Plays a flow against a written dialogue; for the tests of the flow language and of the shipped flows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from ivr.flow.call import Invoice, StoredCard
from ivr.flow.engine import Ending, StepTaken, run_flow
from ivr.flow.library import parse_flow
from ivr.flow.model import Flow
from ivr.flow.outside import Outside
from ivr.money import Money
from ivr.prompts.catalogue import Catalogue
from tests.scripted_call import ScriptedCall

ROOT = Path(__file__).parents[1]
PROMPTS = Catalogue.load(ROOT / "sounds").texts
ENGLISH = {prompt: texts["en"] for prompt, texts in PROMPTS.items() if "en" in texts}

ADA = Invoice(1, "1000442", "INV-1", Money(12540, "USD"), mobile="+15550100")
BOB = Invoice(2, "2000817", "INV-2", Money(990, "USD"))  # no mobile on file


@dataclass(frozen=True, slots=True)
class Recorded:
    """A catalogue in which every text is recorded."""

    texts: Mapping[str, Mapping[str, str]]

    def missing(self, language: str) -> Collection[str]:
        return [prompt for prompt, texts in self.texts.items() if language not in texts]


SHIPPED = Recorded(PROMPTS)
DEFINED = Outside(people=frozenset({"billing"}), apis=frozenset({"crm"}), queues=frozenset({"billing"}))
"""What the ivr.toml of the examples and of the broken flows defines."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a call."""

    call: ScriptedCall
    trace: tuple[StepTaken, ...]
    ending: Ending

    @property
    def path(self) -> list[str]:
        return [f"{taken.step}:{taken.outcome}" for taken in self.trace]

    @property
    def charges(self) -> list[tuple[str, str, str]]:
        """Every charge that the processor was asked for: the amount, the card and what it answered."""
        return [(str(a.due.total), f"{a.card.brand} {a.card.last4}", a.state) for a in self.call.attempts]


def flow_of(text: str) -> Flow:
    """A flow from its text; FlowProblems if there is anything wrong with it."""
    return parse_flow(text.encode(), "flow.yaml", SHIPPED)


def one_step(step: str, ways: str = "", below: str = "", may_say: str = "") -> Flow:
    """A flow that asks for an account, looks its invoice up, runs one step (and what is below it), says goodbye."""
    return flow_of(
        f"""
flow: one-step
answers: "1"
{f"may_say: {may_say}" if may_say else ""}
steps:
  account: {{ask: {{prompt: enter-account, digits: 7, save: account_number}}, next: {{failed: bye}}}}
  find: {{lookup: {{invoice: {{account: account_number}}}}, next: {{not_found: bye, unavailable: bye}}}}
  it: {{{step}{", next: {" + ways + "}" if ways else ""}}}
  {below}
  bye: {{say: goodbye}}
"""
    )


async def play(
    flow: Flow,
    dialogue: str,
    invoices: Iterable[Invoice] = (ADA, BOB),
    known: Mapping[str, StoredCard | datetime | bool | None] = MappingProxyType({}),
) -> Played:
    """Run the flow to its end; DialogueMismatch if it went otherwise than the dialogue says.

    `known` are attributes of the call: its `stored_card`, what time it is `now`, whether it comes from the caller's
    `own_phone`.
    """
    call = ScriptedCall(dialogue, ENGLISH, invoices)
    for name, value in known.items():
        setattr(call, name, value)
    trace: list[StepTaken] = []
    ending = await run_flow(flow, call, trace.append)
    call.finish()
    return Played(call, tuple(trace), ending)
