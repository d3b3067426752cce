"""Prints the call as it happens: what the caller hears and presses, and what the call side can see of it."""

from __future__ import annotations

import textwrap
import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape

from stack.demo.caller import HANG_UP
from stack.processes import Line

FIELDS = {
    "payment-card-number": "card number",
    "expiration-date": "expiry",
    "security-code": "security code",
    "postal-code": "postal code",
}
HIDDEN = "•"
MARGIN = 20  # columns before what happened: the time, the wall and who
LEGEND = "hears, presses, says: the caller · agent: an agent's view · │ no key reaches ivr"


@dataclass
class Dialogue:
    """One line per thing that happens, with the seconds since the start of the call.

    A terminal gets lines folded to its width; a file or a pipe gets them whole.
    """

    console: Console
    started: float = field(default_factory=time.monotonic)
    _alone: bool = False

    def heading(self, text: str) -> None:
        """A line that starts a part."""
        self.console.print(f"\n[bold]{escape(text)}[/]")

    def call_begins(self, text: str) -> None:
        """A heading, the key to what follows, and the clock at zero."""
        self.heading(text)
        self.console.print(f"[dim]{LEGEND}[/]")
        self.started = time.monotonic()
        self._alone = False

    def line(self, who: str, text: str, style: str = "") -> None:
        """One thing that happened."""
        wall = "[magenta]│[/]" if self._alone else " "
        seconds = time.monotonic() - self.started
        before = f"[dim]{seconds:6.1f}[/] {wall} [dim]{who:>9}[/]  "
        for part in self._folded(text):
            self.console.print(before + (f"[{style}]{escape(part)}[/]" if style else escape(part)))
            before = f"       {wall}            "

    def _folded(self, text: str) -> list[str]:
        if not self.console.is_terminal:
            return [text]
        return textwrap.wrap(text, max(self.console.width - MARGIN, 20)) or [""]

    def pressed(self, keys: str, secret: bool) -> None:
        """The caller pressed keys; a card's digits are shown as dots here too."""
        if keys == HANG_UP:
            self.line("hangs up", "")
            return
        shown = "".join(HIDDEN if key.isdigit() else key for key in keys) if secret else keys
        self.line("presses", " ".join(shown), "bold cyan")

    def said(self, text: str, secret: bool) -> None:
        """The caller said something; the digits of a card are shown as dots here too."""
        shown = "".join(HIDDEN if char.isdigit() else char for char in text) if secret else text
        self.line("says", f"“{' '.join(shown) if any(map(str.isdigit, text)) else shown}”", "bold cyan")

    def ivr_said(self, line: Line) -> None:
        """A log line of the call side."""
        match line.get("event"):
            case "prompt_spoken":
                self.line("hears", f"“{line.get('text', '')}”", "green" if line.get("by") == "ivr" else "magenta")
            case "capture_progress":
                self._progress(line)
            case "capture_started":
                self._alone = True
                self.line("", "── alone with the card side ──", "magenta")
            case "capture_ended":
                self._alone = False
                self.line("", f"── the card side is done: {line.get('outcome')} ──", "magenta")
            case "charge_settled":
                self.line("payment", f"{line.get('state')}", "bold yellow")
            case "call_ended":
                self.line("", f"call ended: {line.get('outcome', '')}", "dim")
            case _:
                pass

    def _progress(self, line: Line) -> None:
        name = FIELDS.get(str(line.get("field")), str(line.get("field")))
        brand = f"{line['brand']} " if line.get("brand") and name == "card number" else ""
        match line.get("state"):
            case "accepted":
                self.line("agent", f"{name}: {brand}✓", "yellow")
            case "rejected":
                self.line("agent", f"{name}: {line.get('error_type')}", "red")
            case _ if line.get("entered", 0) in (1, 4, 8, 12, 15, 16):
                self.line("agent", f"{name}: {brand}{HIDDEN * int(line.get('entered', 0))}", "yellow")
