"""Too many wrong tries to sign in from one address: then nobody signs in from there for a while.

A try counts before it is checked, and no more once it was right: many that come at the same time are all counted.

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
    """Counts the tries of each address that were not right. `clock` gives the time of the server."""

    def __init__(self, clock: Callable[[], datetime], most: int = MOST_TRIES) -> None:
        self._clock = clock
        self._most = most
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def counted(self, address: str) -> bool:
        """Count a try from there; False, and it is not one, if nobody may try from there now."""
        place, now = _place(address), self._clock()
        tries = self._tries.setdefault(place, deque())
        while tries and tries[0] <= now - WITHIN:
            tries.popleft()
        if len(tries) >= self._most:
            return False
        tries.append(now)
        self._tries.move_to_end(place)
        while len(self._tries) > _MOST_PLACES:
            self._tries.popitem(last=False)
        return True

    def right(self, address: str) -> None:
        """A try from there that was counted was right."""
        if tries := self._tries.get(_place(address)):
            tries.pop()


def _place(address: str) -> str:
    """Where somebody is who has this address. A proxy may tell a port with it: 192.0.2.1:5678, [2001:db8::1]:5678."""
    host = address.partition("]")[0].removeprefix("[") if address.startswith("[") else address
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _HOME_BITS), strict=False))
