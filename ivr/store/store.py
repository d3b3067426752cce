"""The ledger, opened: the one thing that the app holds of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ivr.store.accounts import Accounts
from ivr.store.acts import Acts
from ivr.store.agent_calls import AgentCalls
from ivr.store.api_keys import ApiKeys
from ivr.store.api_requests import ApiRequests
from ivr.store.calls import Calls
from ivr.store.cards import Cards
from ivr.store.database import Clock, Database, utc_now
from ivr.store.factors import Factors
from ivr.store.figures import FiguresOfLedger
from ivr.store.handovers import Handovers
from ivr.store.invoices import Invoices
from ivr.store.languages import Languages
from ivr.store.models import OutboxKind
from ivr.store.outbox import MESSAGES, Outbox
from ivr.store.payments import Payments
from ivr.store.places import Places
from ivr.store.receipts import Receipts
from ivr.store.requests import Requests
from ivr.store.schema import upgrade
from ivr.store.traces import Traces
from ivr.store.versions import Versions


@dataclass(frozen=True, slots=True)
class Store:
    """Every repository of the ledger, on one database."""

    database: Database
    invoices: Invoices
    calls: Calls
    payments: Payments
    outbox: Outbox
    traces: Traces
    versions: Versions
    cards: Cards
    requests: Requests
    places: Places
    languages: Languages
    accounts: Accounts
    factors: Factors
    acts: Acts
    agent_calls: AgentCalls
    receipts: Receipts
    figures: FiguresOfLedger
    api_keys: ApiKeys
    api_requests: ApiRequests
    handovers: Handovers


@asynccontextmanager
async def open_store(
    url: str,
    clock: Clock = utc_now,
    kinds: Collection[OutboxKind] = MESSAGES,
    receivers: Collection[str] = (),
) -> AsyncIterator[Store]:
    """The ledger behind `url`, its tables brought up to date first; `StoreError` says what is in the way.

    Only messages of these `kinds` are ever owed: there is a gateway for them. `receivers` get the webhooks.
    """
    await upgrade(url)
    async with Database.open(url, clock) as database:
        outbox = Outbox(database, kinds, receivers)
        yield Store(
            database=database,
            invoices=Invoices(database),
            calls=Calls(database),
            payments=Payments(database, outbox),
            outbox=outbox,
            traces=Traces(database),
            languages=Languages(database),
            versions=Versions(database),
            cards=Cards(database),
            requests=Requests(database),
            places=Places(database),
            accounts=Accounts(database),
            factors=Factors(database),
            acts=Acts(database),
            agent_calls=AgentCalls(database, outbox),
            receipts=Receipts(database, outbox),
            figures=FiguresOfLedger(database),
            api_keys=ApiKeys(database),
            api_requests=ApiRequests(database),
            handovers=Handovers(database),
        )
