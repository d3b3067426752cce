"""Security codes, where something says that they are one: three digits alone prove nothing, `"cvv": "739"` does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from proof.canary import Canary

# each begins with letters in one case: so it is looked for at the speed of the memory
_LABELS: Final = [
    re.compile(label) for label in (b"cvv", b"cvc", b"CVV", b"CVC", b"ecurity[_ -]?[cC]ode", b"ECURITY[_ -]?CODE")
]
_CODE: Final = re.compile(rb"""2?[\\"']{0,4}\s{0,4}[:=>(,]\s{0,4}[\\"'(b]{0,4}(\d{3,4})(?!\w)""")


class Labels:
    """Knows the security codes of all canaries, and finds them beside what such a field is called."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._owners = {hash(canary.reveal().cvv.encode()): canary.number for canary in canaries}

    def found_in(self, data: bytes) -> Iterator[tuple[int, int]]:
        """The canary whose code it is (one of them: canaries share codes), and where it lies."""
        for label in _LABELS:
            for match in label.finditer(data):
                code = _CODE.match(data, match.end())
                if code and (owner := self._owners.get(hash(code[1]))) is not None:
                    yield owner, code.start(1)
