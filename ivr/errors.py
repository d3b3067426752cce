"""What can go wrong on the call side, as one tree.

    IvrError
    ├── ConfigError             a setting, a secret file or a flow that cannot be served: exit 2, nothing was started
    ├── NotClosed               what the bank holds was not collected or voided
    └── PciError                the card side cannot do what was asked
        ├── PciUnreachable      nobody answers on the socket; nothing was sent
        ├── PciAnswerLost       the request went out and no whole answer came back: what it did is not known
        └── PciRefused          the card side said no, and why (`code`)

The docstring of a class is its message; give a text only where it says more.
What is an event of the call and not a fault (a hang-up, a silent ledger) lives in `ivr.flow.call`.
"""

from __future__ import annotations

from pci.contract import ErrorCode


class IvrError(Exception):
    """The call side cannot go on."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__class__.__doc__)


class ConfigError(IvrError):
    """The configuration cannot be used."""


class NotClosed(IvrError):
    """What the bank holds was not collected or voided."""


class PciError(IvrError):
    """The card side cannot do what was asked."""


class PciUnreachable(PciError):
    """The card side does not answer on its socket: check that it runs, and that [pci] socket names its socket."""


class PciAnswerLost(PciError):
    """The card side was asked and its answer did not arrive whole."""


class PciRefused(PciError):
    """The card side refused the request."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(f"The card side refused the request: {code.value}.")
        self.code = code
