"""The key that protects all others (KEK), read from a private file, and the wrapping of data keys with it.

A file is the simplest key provider and fit for test cards only; the interface (`kek_id`, `wrap`, `unwrap`) is what an
HSM or a key service has to offer in its place.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pci.errors import KeyFileBroken, KeyFileExposed, KeyFileMissing, RecordBroken

_KEY_BYTES: Final = 32
_MOST_BYTES: Final = 4096


class KeyRing:
    """The KEK of this installation. `kek_id` names it in every record that was written under it."""

    def __init__(self, kek: bytes) -> None:
        if len(kek) != _KEY_BYTES:
            raise KeyFileBroken
        self._kek = kek
        # a name, not a secret: no way leads back from eight bytes of a hash to 256 random bits
        self.kek_id: Final[str] = hashlib.sha256(b"tonewall kek id" + kek).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"<KeyRing {self.kek_id}>"

    @classmethod
    def open(cls, path: Path, *, may_create: bool) -> tuple[KeyRing, bool]:
        """The key in the file, and whether it was made just now.

        `KeyFileMissing` if there is none and `may_create` is false (records exist that need it), `KeyFileExposed` if
        others could read it, `KeyFileBroken` if it is not 32 bytes.
        """
        if created := not path.exists():
            if not may_create:
                raise KeyFileMissing
            _write_new(path, os.urandom(_KEY_BYTES))
        return cls(read_private(path)), created

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for another purpose, which tells nothing of the KEK (HMAC-SHA-256)."""
        return hmac.digest(self._kek, b"tonewall " + purpose.encode(), "sha256")

    def wrap(self, data_key: bytes) -> bytes:
        """The data key, encrypted and authenticated (AES key wrap, RFC 3394)."""
        return aes_key_wrap(self._kek, data_key)

    def unwrap(self, kek_id: str, wrapped: bytes) -> bytes:
        """The data key again; `RecordBroken` if it was wrapped by another key or altered."""
        if kek_id != self.kek_id:
            raise RecordBroken
        try:
            return aes_key_unwrap(self._kek, wrapped)
        except (InvalidUnwrap, ValueError):
            raise RecordBroken from None


def read_private(path: Path) -> bytes:
    """A small file that only this user can read; `KeyFileExposed` if others could, OSError if it is not there."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        private = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
        if not private:
            raise KeyFileExposed
        return file.read(_MOST_BYTES)


def _write_new(path: Path, key: bytes) -> None:
    """On the disk when this returns: a key that was used once must be there after a power cut."""
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
