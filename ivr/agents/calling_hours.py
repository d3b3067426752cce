"""When the product calls people back, who may be asleep otherwise.

The default is what US law sets for telephone solicitations (47 CFR 64.1200(c)(1)): from eight in the morning to nine
in the evening where the called person is. Who has asked to be called is not solicited; manners are the same.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import Field

from ivr.flow.hours import Days, Spans, TimeZone, Week

_USUAL: Final = {"mon-sun": "08:00-21:00"}


class CallingHours(Week):
    """As the hours of a flow. Without a time zone the clock of this machine counts."""

    open: dict[Days, Spans] = Field(default=_USUAL, min_length=1, validate_default=True)
    timezone: TimeZone | None = None

    @property
    def zone(self) -> tzinfo | None:
        """Whose clock counts; None for that of this machine."""
        return ZoneInfo(self.timezone) if self.timezone else None
