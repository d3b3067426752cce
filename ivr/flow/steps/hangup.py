"""hangup: end the call."""

from __future__ import annotations

from typing import ClassVar

from ivr.flow.call import Call
from ivr.flow.model import Step


class Hangup(Step):
    """`hangup:` has no arguments and no outcomes; the engine hangs up where nothing follows."""

    verb: ClassVar = "hangup"

    async def run(self, call: Call) -> str:
        """Nothing more to do here."""
        return "done"
