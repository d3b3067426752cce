"""What a screen reader is told as it happens: each step once, in words, and no dot."""

from __future__ import annotations

from ivr.agents.view import AgentView, PaymentView
from ivr.console.rendering import Texts


def said(view: AgentView, t: Texts) -> str:
    """The step that the agent is at now; it changes only when there is something to tell."""
    words: list[str] = [t(f"status-{view.status}")] if view.call is None else [t(f"stage-{view.call.shown}")]
    if view.notice:
        words.insert(0, t(f"notice-{view.notice}"))
    if view.call and view.call.payment:
        words += _payment(view.call.payment, t)
    return " ".join(words)


def _payment(payment: PaymentView, t: Texts) -> list[str]:
    fields = [
        f"{t(f'field-{name}')}: {t(f'field-is-{field.state}')}."
        for name, field in payment.fields.items()
        if field.state != "waiting"
    ]
    if payment.state is not None:
        return [t(f"charge-{payment.state}")]
    return fields[-1:]
