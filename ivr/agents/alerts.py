"""What a supervisor should see to now: a few rules over what the wall shows, each with a limit from ivr.toml."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ivr.agents.settings import AlertSettings
from ivr.agents.view import Alert, AlertKind, QueueView, Wall
from pci.contract import ChargeState


def alerts(wall: Wall, rules: AlertSettings, now: datetime) -> Iterator[Alert]:
    """Every rule that the wall breaks now, what is most urgent first."""
    for queue in wall.queues:
        yield from _of_queue(queue, rules, now)
    yield from _unknown(wall, rules, now)
    yield from _declines(wall, rules)


def _of_queue(queue: QueueView, rules: AlertSettings, now: datetime) -> Iterator[Alert]:
    if not queue.waiting or queue.since is None:
        return
    waits = now - queue.since
    if not queue.ready and waits >= timedelta(seconds=rules.nobody_ready):
        yield Alert(AlertKind.NOBODY_READY, queue.name, queue.waiting, since=queue.since)
    if waits >= timedelta(seconds=rules.longest_wait):
        yield Alert(AlertKind.LONG_WAIT, queue.name, queue.waiting, since=queue.since)


def _unknown(wall: Wall, rules: AlertSettings, now: datetime) -> Iterator[Alert]:
    """The card side looks a payment up and voids it by itself for a while; after that a person must."""
    due = [at for at in wall.today.unknown if now - at >= timedelta(seconds=rules.unknown_after)]
    if due:
        yield Alert(AlertKind.UNKNOWN_CHARGE, count=len(due), since=due[0])


def _declines(wall: Wall, rules: AlertSettings) -> Iterator[Alert]:
    last = wall.today.judged[: rules.declined_of]
    declined = sum(state is ChargeState.DECLINED for state in last)
    if len(last) == rules.declined_of and declined >= rules.declined_share * len(last):
        yield Alert(AlertKind.DECLINES, count=declined, of=len(last))
