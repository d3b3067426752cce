"""Passwords: the rules for a new one, and digests by argon2id. Both are what PCI DSS 4.0.1 8.3 asks for, or more."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ivr.accounts.errors import PasswordRefused

SHORTEST: Final = 12
LONGEST: Final = 200
REMEMBERED: Final = 4
"""How many earlier passwords cannot be chosen again."""
_AT_A_TIME: Final = 2


class Passwords:
    """Makes and checks digests, two at a time: each takes 64 MiB for a moment, in a thread of its own."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # takes as long to check as a real one; nobody knows what it is the digest of
        self._nobodys = self._hasher.hash("no password has this digest")
        self._turn = asyncio.Semaphore(_AT_A_TIME)

    async def digest(self, password: str) -> str:
        """What is kept of a password."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def right(self, digest: str | None, password: str) -> bool:
        """Whether it is the password of this digest; takes as long if there is none."""
        async with self._turn:
            fits = await asyncio.to_thread(self._fits, digest or self._nobodys, password[: LONGEST + 1])
        return fits and digest is not None

    def outdated(self, digest: str) -> bool:
        """Whether a digest was made with weaker settings than today's."""
        return self._hasher.check_needs_rehash(digest)

    async def check_new(self, password: str, name: str, earlier: Collection[str]) -> None:
        """PasswordRefused, and why, unless it may be the new one of `name`; `earlier` are digests."""
        if len(password) < SHORTEST:
            raise PasswordRefused("password-too-short")
        if len(password) > LONGEST:
            raise PasswordRefused("password-too-long")
        if not any(map(str.isalpha, password)) or not any(map(str.isdigit, password)):
            raise PasswordRefused("password-too-plain")
        if name in password.lower() or len(set(password)) < SHORTEST // 2:
            raise PasswordRefused("password-too-easy")
        for digest in earlier:
            if await self.right(digest, password):
                raise PasswordRefused("password-used-before")

    def _fits(self, digest: str, password: str) -> bool:
        try:
            return self._hasher.verify(digest, password)
        except (VerificationError, InvalidHashError):
            return False
