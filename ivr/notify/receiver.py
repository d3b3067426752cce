"""Who gets webhooks, and the secret that is shared with them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ivr.apis.reach import may_reach, numeric_address

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = range(24, 65)
_ADDRESS: Final = "url is an address such as https://desktop.example.com/tonewall"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where webhooks go and with which secret they are signed; ValueError says what cannot be used.

    `allow_private` lets it be in a private network. In the clear it may only be on this machine.
    """

    url: str
    secret: str = field(repr=False)
    allow_private: bool = False
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            host = parts.hostname or ""
        except ValueError:
            raise ValueError(_ADDRESS) from None
        if parts.scheme not in ("http", "https") or not host or parts.fragment:
            raise ValueError(_ADDRESS)
        if parts.username or parts.password:
            raise ValueError("url must not hold a user name or a password: the signature shows who sends")
        address = numeric_address(host)
        if self.in_the_clear:
            if not (host == "localhost" or (address and ip_address(address).is_loopback)):
                raise ValueError(
                    "url starts with https:// (http:// only to this machine, as in http://127.0.0.1:9000)"
                )
        elif address and not may_reach(address, private=self.allow_private):
            raise ValueError(
                f"url leads to {address}, where none may go: allow_private = true permits private networks"
            )
        _ = self.key

    @property
    def in_the_clear(self) -> bool:
        """Whether it is spoken to without TLS."""
        return self.url.startswith("http://")

    @property
    def key(self) -> bytes:
        """What messages are signed with."""
        try:
            key = base64.b64decode(self.secret.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not self.secret.startswith(_PREFIX) or len(key) not in _SECRET_BYTES:
            raise ValueError(
                "the secret is whsec_ and 24 to 64 random bytes in Base64: make one with"
                ' `echo "whsec_$(openssl rand -base64 32)"`'
            )
        return key
