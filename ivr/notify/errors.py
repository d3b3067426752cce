"""Why a text message was not taken by its gateway: a closed set, the same for every gateway.

NotifyError
├── GatewayUnreachable     try again
├── GatewayFailed          try again
├── Throttled              try again
├── LoginRefused           try again: the message is in order, and a mended password sends it
├── DestinationRefused     never
└── MessageRefused         never
"""

from __future__ import annotations

from typing import ClassVar


class NotifyError(Exception):
    """The text message was not sent. `code` is the gateway's own, for the log; no value of the message is here."""

    retryable: ClassVar[bool]

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        """The first line of the docstring, and the gateway's code."""
        sentence = (self.__doc__ or "").partition("\n")[0]
        return sentence if self.code is None else f"{sentence} (code {self.code})"


class GatewayUnreachable(NotifyError):
    """The SMS gateway does not answer: check its address in ivr.toml and that it runs."""

    retryable = True


class GatewayFailed(NotifyError):
    """The SMS gateway has a fault of its own."""

    retryable = True


class Throttled(NotifyError):
    """The SMS gateway asks to send more slowly."""

    retryable = True


class LoginRefused(NotifyError):
    """The SMS gateway refused the login: check the account and the password file that [sms] in ivr.toml names."""

    retryable = True


class DestinationRefused(NotifyError):
    """The SMS gateway will not send to this number."""

    retryable = False


class MessageRefused(NotifyError):
    """The SMS gateway will not send this message."""

    retryable = False
