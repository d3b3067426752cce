"""What is made from the console's secret: digests and codes that whoever reads the database cannot make."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

_BYTES: Final = 32


class Keyed:
    """Derives values from the secret of `[console]`, each for one purpose."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def digest(self, purpose: str, value: str) -> str:
        """What is kept or shown instead of `value`: 64 characters."""
        return hmac.digest(self._secret, f"{purpose}\0{value}".encode(), "sha256").hex()

    def same(self, purpose: str, value: str, digest: str) -> bool:
        """Whether it is the digest of this value, in constant time."""
        return hmac.compare_digest(self.digest(purpose, value).encode(), digest.encode(errors="replace"))

    def base32(self, purpose: str, salt: str) -> str:
        """A secret for an app that makes codes. It is kept nowhere: the salt and our secret make it again."""
        raw = hmac.digest(self._secret, f"{purpose}\0{salt}".encode(), "sha256")
        return base64.b32encode(raw[:20]).decode()


def fresh() -> str:
    """A random value that nobody guesses, fit for a cookie and a link."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(value: str) -> str:
    """What is kept of a random value."""
    return hashlib.sha256(value.encode()).hexdigest()
