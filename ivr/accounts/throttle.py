"""Too many wrong tries to sign in from one address: then nobody signs in from there for a while.

A name is locked after ten wrong tries, whoever made them; this is about somebody who tries many names. It is kept in
memory: a restart forgets it, and costs an attacker more time than it saves.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

MOST_TRIES: Final = 30
WITHIN: Final = timedelta(minutes=10)
_MOST_PLACES: Final = 10_000
_HOME_BITS: Final = 64
"""Of an IPv6 address: whoever has one has the rest of it as well."""


class Throttle:
    """Counts the wrong tries of each address. `clock` gives the time of the server."""

    def __init__(self, clock: Callable[[], datetime], most: int = MOST_TRIES) -> None:
        self._clock = clock
        self._most = most
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def closed(self, address: str) -> bool:
        """Whether nobody may try from there now."""
        tries = self._tries.get(_place(address))
        while tries and tries[0] <= self._clock() - WITHIN:
            tries.popleft()
        return tries is not None and len(tries) >= self._most

    def failed(self, address: str) -> None:
        """One more wrong try from there."""
        place = _place(address)
        tries = self._tries.setdefault(place, deque(maxlen=self._most))
        tries.append(self._clock())
        self._tries.move_to_end(place)
        while len(self._tries) > _MOST_PLACES:
            self._tries.popitem(last=False)


def _place(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:
        return address
    return str(ipaddress.ip_network((ip, _HOME_BITS), strict=False))
