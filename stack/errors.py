"""What can go wrong while the stack is set up: every message says which step failed and what mends it."""

from __future__ import annotations


class StackError(Exception):
    """The stack could not be set up."""


class DebianError(StackError):
    """A Debian package could not be unpacked."""


class AsteriskError(StackError):
    """Asterisk could not be found, configured or started."""


class NoFreePort(StackError):
    """No free port was found on loopback. Stop what holds them, or try again."""


class NotStarted(StackError):
    """Nothing was started: something else comes first."""


class FolderInUse(NotStarted):
    """A run folder belongs to a run that goes on."""


class PhoneError(StackError):
    """A phone could not be started, or did not do what it was told."""


class PhoneMissing(PhoneError):
    """The program behind a phone is not on this machine. Run `make peers`."""
