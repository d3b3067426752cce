"""What can end a rehearsal early."""

from __future__ import annotations

from ivr.errors import IvrError


class WentOtherwise(Exception):
    """The call did not go as its dialogue says. `line` counts from 0; None is the end of the dialogue."""

    def __init__(self, line: int | None, what: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what


class TestsFailed(IvrError):
    """Tests of flows failed, or take fewer branches than they must."""
