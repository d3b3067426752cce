"""Prints the call as it happens: what the caller hears and presses, and what the call side can see of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape

from stack.processes import Line

FIELDS = {
    "payment-card-number": "card number",
    "expiration-date": "expiry",
    "security-code": "security code",
    "postal-code": "postal code",
}
HIDDEN = "•"


@dataclass
class Dialogue:
    """One line per thing that happens, with the seconds since the start of the call."""

    console: Console
    started: float = field(default_factory=time.monotonic)
    _alone: bool = False

    def heading(self, text: str) -> None:
        """A line that starts a part."""
        self.console.print(f"\n[bold]{escape(text)}[/]")

    def line(self, who: str, text: str, style: str = "") -> None:
        """One thing that happened."""
        seconds = time.monotonic() - self.started
        wall = "[magenta]│[/]" if self._alone else " "
        body = f"[{style}]{escape(text)}[/]" if style else escape(text)
        self.console.print(f"[dim]{seconds:6.1f}[/] {wall} [dim]{who:>9}[/]  {body}")

    def pressed(self, keys: str, secret: bool) -> None:
        """The caller pressed keys; a card's digits are shown as dots here too."""
        shown = "".join(HIDDEN if key.isdigit() else key for key in keys) if secret else keys
        self.line("presses", " ".join(shown), "bold cyan")

    def ivr_said(self, line: Line) -> None:
        """A log line of the call side."""
        match line.get("event"):
            case "prompt_spoken":
                self.line("hears", f"“{line.get('text', '')}”", "green" if line.get("by") == "ivr" else "magenta")
            case "capture_progress":
                self._progress(line)
            case "capture_started":
                self._alone = True
                self.line("", "── alone with the card side: the call side hears nothing now ──", "magenta")
            case "capture_ended":
                self.line("", f"── given back: {line.get('outcome')} ──", "magenta")
                self._alone = False
            case "charge_settled":
                self.line("payment", f"{line.get('state')}", "bold yellow")
            case "call_ended":
                self.line("", f"call ended: {line.get('outcome', '')}", "dim")
            case _:
                pass

    def _progress(self, line: Line) -> None:
        name = FIELDS.get(str(line.get("field")), str(line.get("field")))
        brand = f"{line['brand']} " if line.get("brand") else ""
        match line.get("state"):
            case "accepted":
                self.line("agent", f"{name}: {brand}✓", "yellow")
            case "rejected":
                self.line("agent", f"{name}: {line.get('error_type')}", "red")
            case _ if line.get("entered", 0) in (1, 4, 8, 12, 15, 16):
                self.line("agent", f"{name}: {brand}{HIDDEN * int(line.get('entered', 0))}", "yellow")
