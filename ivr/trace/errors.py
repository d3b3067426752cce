"""What can be wrong with a trace.

IvrError
├── TraceUnreadable    it is not a trace, or of another format
└── PathsPart          the flow goes another way now
ConfigError
└── NoSuchTrace        no call of this id has a trace
"""

from __future__ import annotations

from ivr.errors import ConfigError, IvrError


class TraceUnreadable(ConfigError):
    """The trace cannot be read."""


class NoSuchTrace(ConfigError):
    """There is no trace of this call."""


class PathsPart(IvrError):
    """The call would go another way with this flow."""
