"""Where an Asterisk is and who we are to it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class AriLogin:
    """An ARI user of ari.conf at `base_url`, such as `http://127.0.0.1:8088`; the password is in no repr.

    ValueError if the address is not http(s) or holds a login: it travels in a header only, since URLs end up in logs.
    """

    base_url: str
    username: str
    password: str = field(repr=False)

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
