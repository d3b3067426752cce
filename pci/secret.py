"""Digits that must not leave by accident.

A `Secret` has no text, no length, no truth value, no equality and no copy. `reveal()` is the only way out, and
tests/security/test_reveal_is_rare.py lists who may call it: the vault and the processors.
"""

from __future__ import annotations

from typing import NoReturn, Self

from pci.errors import SecretWiped


class Secret:
    """ASCII digits in memory that is ours to overwrite: moved in from a bytearray, which is wiped."""

    __slots__ = ("_digits",)
    __hash__ = None  # type: ignore[assignment]  # a hash of so few digits gives them away

    def __init__(self, digits: bytearray) -> None:
        self._digits = bytearray(digits)
        wipe(digits)

    def reveal(self) -> memoryview:
        """A read-only view of the digits, not a copy: `wipe()` zeroes it too. `SecretWiped` if that has happened."""
        if not any(self._digits):
            raise SecretWiped
        return memoryview(self._digits).toreadonly()

    def wipe(self) -> None:
        """Overwrite the digits with zeroes. Wiping twice is fine."""
        wipe(self._digits)

    def __del__(self) -> None:
        if hasattr(self, "_digits"):
            self.wipe()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __bool__(self) -> NoReturn:
        raise TypeError("a secret has no truth value")

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("a secret cannot be compared")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        # stands in the way of pickle, copy and deepcopy at once
        raise TypeError("a secret cannot be copied or stored")


def wipe(buffer: bytearray) -> None:
    """Zero a buffer in place, without another allocation of its size being left behind with digits in it."""
    for position in range(len(buffer)):
        buffer[position] = 0
