"""Why a message was not taken by its gateway: a closed set, the same for every gateway.

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
    """The message was not sent. `code` is the gateway's own, for the log; no value of the message is here."""

    retryable: ClassVar[bool]

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        """The first line of the docstring, and the gateway's code."""
        sentence = (self.__doc__ or "").partition("\n")[0]
        return sentence if self.code is None else f"{sentence} (code {self.code})"


class GatewayUnreachable(NotifyError):
    """The gateway does not answer: check its address in ivr.toml and that it runs."""

    retryable = True


class GatewayFailed(NotifyError):
    """The gateway has a fault of its own."""

    retryable = True


class Throttled(NotifyError):
    """The gateway asks to send more slowly, or later."""

    retryable = True


class LoginRefused(NotifyError):
    """The gateway refused the login: check account and password file in the section [sms] or [email] of ivr.toml."""

    retryable = True


class DestinationRefused(NotifyError):
    """The gateway will not send to this number or address."""

    retryable = False


class MessageRefused(NotifyError):
    """The gateway will not send this message."""

    retryable = False
