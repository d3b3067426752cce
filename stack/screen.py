"""What demo and run print on, and how they are told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable

from rich.console import Console


class Screen(Console):
    """A console that falls silent when nobody reads it any more, as in `make demo | head`, and calls `left` then."""

    left: Callable[[], object] = staticmethod(lambda: None)

    def on_broken_pipe(self) -> None:
        """Rich would raise SystemExit here, in whichever task happens to print."""
        self.quiet = True
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())  # what is still in its buffer goes there when Python ends
        self.left()


def screen(*, errors: bool = False) -> Screen:
    """Standard output, or standard error; lines are as long as they are, and colours are for terminals."""
    return Screen(highlight=False, soft_wrap=True, stderr=errors)


def when_told_to_end(console: Screen, act: Callable[[], object]) -> None:
    """Call `act` at Ctrl-C, at SIGTERM, and when nobody reads `console` any more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, act)
    console.left = act
