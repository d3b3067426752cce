"""What can go wrong between this client and an Asterisk.

    AriError
    ├── AriUnreachable        nothing answered, or not in time
    ├── AnswerUnreadable      something answered that is not ARI
    ├── WrongPeer             somebody else than the gate has its socket
    ├── AriRefused            Asterisk said no; `status` is the HTTP status
    │   ├── LoginRefused      401; 403 to the WebSocket
    │   ├── NotAllowed        403: `request` names the gate's rule, if it was one
    │   ├── NotFound          404
    │   ├── NotInApplication  409, 422: the channel or bridge is not where the request supposes it to be
    │   └── AlreadyExists     409: the id chosen for a new channel or bridge is taken
    └── StreamEnded           no event will come any more
        ├── ChannelGone       the watched channel has been destroyed
        ├── ApplicationTaken  another client opened our application
        └── ApplicationClosed the application was closed on our side

The docstring is the message. None of them carries a password, an answer's body, a digit or the exception it came
from: aiohttp's exceptions hold the request's headers.
"""

from __future__ import annotations


class AriError(Exception):
    """Something went wrong between this client and Asterisk."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class AriUnreachable(AriError):
    """Asterisk did not answer: check that it runs (and the gate, if there is one) and that the address is right."""


class AnswerUnreadable(AriError):
    """The server's answer is not one of the Asterisk REST Interface: check the address."""


class WrongPeer(AriError):
    """Another user than the gate's has the gate's socket: check who runs the gate, and which user id is expected."""


class AriRefused(AriError):
    """Asterisk refused a request."""

    def __init__(self, status: int, request: str) -> None:
        super().__init__(status, request)
        self.status = status
        self.request = request

    def __str__(self) -> str:
        return f"{self.__doc__} ({self.request}: HTTP {self.status})"


class LoginRefused(AriRefused):
    """Asterisk refused the login: check user name, password and access list in ari.conf."""


class NotAllowed(AriRefused):
    """The request is not allowed: to this user by ari.conf, or by the gate's rules."""


class NotFound(AriRefused):
    """The channel, bridge, playback or application is not there (any more)."""


class NotInApplication(AriRefused):
    """The channel or bridge is not in a Stasis application, or not in this one, or not in this bridge."""


class AlreadyExists(AriRefused):
    """The id chosen for the new channel or bridge is taken."""


class StreamEnded(AriError):
    """No event will come any more."""


class ChannelGone(StreamEnded):
    """The watched channel has been destroyed: no event will come any more."""


class ApplicationTaken(StreamEnded):
    """Another client opened this Stasis application and gets its events now: run one client per application."""


class ApplicationClosed(StreamEnded):
    """The application has been closed on this side: no event will come any more."""
