"""How an API is described in ivr.toml, and which descriptions are refused before anything starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ivr.apis.reach import may_reach, numeric_address


@dataclass(frozen=True, slots=True)
class Api:
    """Where an API is and what may be expected of it.

    `timeout` is in seconds, for everything from the first connection to the last byte of the last of `retries`.
    `ca_file` holds the authority that signed its certificate, where the system's do not know it.
    """

    url: str
    token: str = field(default="", repr=False)
    timeout: float = 3.0
    retries: int = 1
    most_bytes: int = 64 * 1024
    allow_private: bool = False
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("url is an address such as https://crm.example.com/api")
        if parts.username or parts.password:
            raise ValueError("url must not hold a user name or a password: use token_file")
        if parts.scheme == "http" and not self.allow_private:
            raise ValueError("url starts with https:// (http:// only with allow_private = true)")
        address = numeric_address(parts.hostname)
        if address and not may_reach(address, private=True):
            raise ValueError(f"url leads to {address}, where no API may be asked")
        if address and not may_reach(address, private=self.allow_private):
            raise ValueError(f"url leads to {address} in a private network: only allow_private = true permits that")
