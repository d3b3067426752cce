"""Which buttons an agent can use now. A button that cannot be used is not on the page."""

from __future__ import annotations

from typing import Final

from ivr.agents.view import AgentView, Stage, Status
from pci.contract import ChargeState

_OF_STATUS: Final = {
    Status.SIGNED_OFF: ("sign-on",),
    Status.READY: ("pause", "dial", "sign-off"),
    Status.BUSY: ("ready", "dial", "sign-off"),
}
_OF_STAGE: Final = {
    Stage.RINGING: ("accept", "decline"),
    Stage.BRIEFING: ("accept", "decline"),
    Stage.DIALLING: ("hang-up",),
    Stage.TALKING: ("take-payment", "hang-up"),
    Stage.CAPTURING: ("talk", "ask-again", "cancel"),
    Stage.BETWEEN_FIELDS: ("go-on", "ask-again", "cancel", "hang-up"),
    Stage.CHARGING: ("cancel",),
    Stage.ENDED: ("finish",),
}
_RECEIPTS: Final = frozenset({Stage.TALKING, Stage.ENDED})


def usable(view: AgentView) -> frozenset[str]:
    """The acts that make sense now."""
    if view.call is None:
        return frozenset(_OF_STATUS.get(view.status, ()))
    acts = frozenset(_OF_STAGE[view.call.stage])
    if view.call.stage in _RECEIPTS and _approved(view):
        acts |= {"send-receipt"}
    return acts


def _approved(view: AgentView) -> bool:
    payments = (view.call.payment, *view.call.earlier) if view.call else ()
    return any(payment is not None and payment.state is ChargeState.APPROVED for payment in payments)
