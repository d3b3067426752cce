"""What a flow names that is outside of it: people, queues, services. The operator says in ivr.toml who and where.

A flow so never holds an address: an admin who may change flows cannot send a call, or what is known of a caller,
anywhere that the operator has not listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Outside:
    """Names by the section of ivr.toml that defines them: `billing` in `people` is `[people.billing]`."""

    people: frozenset[str] = frozenset()
    apis: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()

    def __or__(self, other: Outside) -> Outside:
        return Outside(*(getattr(self, one.name) | getattr(other, one.name) for one in fields(self)))

    def named(self) -> Iterator[tuple[str, str]]:
        """Each kind and name, as in `people` and `billing`."""
        for one in fields(self):
            for name in sorted(getattr(self, one.name)):
                yield one.name, name
