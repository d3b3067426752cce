"""Where an Asterisk is and who we are to it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

# of `sun_path` in Linux, less the zero at its end
_LONGEST_SOCKET_PATH = 107


@dataclass(frozen=True, slots=True)
class AriLogin:
    """An ARI user of ari.conf at `base_url`, such as `http://127.0.0.1:8088`; the password is in no repr.

    ValueError if the address is not http(s) or holds a login: it travels in a header only, since URLs end up in logs.
    """

    base_url: str
    username: str
    password: str = field(repr=False)
    by_frames: bool = field(default=False, kw_only=True)
    """Send the requests of an `AriApp` on the WebSocket that brings its events (from Asterisk 20.14, 21.9, 22.4 on).

    Asterisk does those one at a time and answers no ping meanwhile: a verb that waits for a sound to end holds up all
    others and, after a heartbeat, costs the connection. A gate has neither fault.
    """

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("the address of Asterisk is not an http(s) address: write it as http://127.0.0.1:8088")
        if parts.username is not None or parts.password is not None:
            raise ValueError("the address of Asterisk holds a login: give user name and password on their own")
        if ":" in self.username:
            raise ValueError("a user name with a colon cannot log in by HTTP")

    @property
    def authorization(self) -> str:
        """The value of the Authorization header. As secret as the password."""
        return "Basic " + b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class AriSocket:
    """The unix socket of a gate that stands before an Asterisk. All goes over one WebSocket, and without a password.

    Both sides know each other by user id instead: nobody is spoken to but user `uid`, by default our own.
    ValueError if the path is too long for a socket.
    """

    path: Path
    uid: int | None = None
    base_url: ClassVar[str] = "http://localhost"
    by_frames: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if len(bytes(self.path)) > _LONGEST_SOCKET_PATH:
            raise ValueError(
                f"the path of a unix socket has at most {_LONGEST_SOCKET_PATH} bytes: choose another one"
            )
