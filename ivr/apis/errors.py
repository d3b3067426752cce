"""Why an API gave no usable answer: a closed set. Every one of them is `unavailable` to a flow.

ApiError
├── ApiUnreachable
├── ApiTooSlow
├── ApiRefused
└── AnswerUnusable
"""

from __future__ import annotations


class ApiError(Exception):
    """The API did not answer as it should. Nothing of the answer is in the message: it goes to the log."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        """The first line of the docstring, and the detail."""
        sentence = (self.__doc__ or "").partition("\n")[0]
        return f"{sentence} ({self.detail})" if self.detail else sentence


class ApiUnreachable(ApiError):
    """Nobody answers there, or the address is one that must not be asked: check url and allow_private."""


class ApiTooSlow(ApiError):
    """The whole answer did not arrive in time."""


class ApiRefused(ApiError):
    """It answered that it will not, cannot, or that somebody else should be asked."""


class AnswerUnusable(ApiError):
    """It answered with something else than the JSON that is asked for."""
