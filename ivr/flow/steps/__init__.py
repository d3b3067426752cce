"""The verbs of the flow language. A new verb is a file in this folder and a name in `AnyStep`."""

from __future__ import annotations

from typing import get_args

from ivr.flow.model import Step
from ivr.flow.steps.ask import Ask
from ivr.flow.steps.call import CallFlow
from ivr.flow.steps.callback import Callback
from ivr.flow.steps.hangup import Hangup
from ivr.flow.steps.language import SetLanguage
from ivr.flow.steps.lookup import Lookup
from ivr.flow.steps.menu import Menu
from ivr.flow.steps.pay import Pay
from ivr.flow.steps.receipt import Receipt
from ivr.flow.steps.refund import Refund
from ivr.flow.steps.say import Say
from ivr.flow.steps.set import Set
from ivr.flow.steps.transfer import Transfer
from ivr.flow.steps.when import When

AnyStep = (
    Say
    | Ask
    | Menu
    | When
    | Set
    | Lookup
    | Pay
    | Receipt
    | Transfer
    | Callback
    | Refund
    | CallFlow
    | SetLanguage
    | Hangup
)

VERBS: dict[str, type[Step]] = {step.verb: step for step in get_args(AnyStep)}
