"""The composition root: checks what must be right, opens what calls need, takes calls, and closes in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

import structlog

from asterisk_ari import AriApp, AriSocket, AriUnreachable
from ivr.agents.board import Board
from ivr.agents.call import Equipment
from ivr.agents.live import LiveDesk
from ivr.agents.page_phone import PagePhones
from ivr.apis.http import HttpApis
from ivr.apis.port import Apis
from ivr.calls.charging import Charging
from ivr.calls.journal import Journal
from ivr.calls.lookups import Lookups
from ivr.calls.people import People
from ivr.calls.retention import Retention
from ivr.calls.router import Router
from ivr.calls.services import Services
from ivr.calls.settling import Settling
from ivr.calls.tally import Tally
from ivr.config import ApiSettings, AsteriskSettings, EmailSettings, Settings, SmsSettings
from ivr.errors import ConfigError
from ivr.notify.carriers import Carrier, Emails, Texts
from ivr.notify.outbox import OutboxWorker
from ivr.notify.port import Notifier
from ivr.notify.smpp import SmppLogin, SmppNotifier
from ivr.notify.smtp import Security, Sender, SmtpMailer, SmtpServer
from ivr.notify.twilio import TwilioAccount, TwilioNotifier
from ivr.notify.webhooks import Webhooks
from ivr.pci_client import PciClient
from ivr.prompts.catalogue import Catalogue
from ivr.publishing.edition import read_flows
from ivr.publishing.served import Served
from ivr.store.database import sqlite_url
from ivr.store.store import Store, open_store

_log = structlog.get_logger()
# how long a start waits for Asterisk before it says so, and how long after that
_PATIENCE = (2.0, 5.0)
_ADVICE = "check that the gate and Asterisk run, and [asterisk] gate in ivr.toml"


@dataclass(frozen=True, slots=True)
class Parts:
    """What was opened, and what was read before that."""

    settings: Settings
    served: Served
    store: Store
    pci: PciClient
    app: AriApp
    carriers: Sequence[Carrier]
    apis: Apis


async def serve(settings: Settings, stop: asyncio.Event, look: asyncio.Event | None = None) -> None:
    """Take calls until `stop` is set, then end them politely and release everything.

    `look` asks to look now whether another version of the flows was published; it is looked every second anyway.
    ConfigError and FlowProblems: nothing was started. StoreError, LoginRefused, ApplicationTaken: it cannot go on.
    """
    if not settings.database.exists():  # then nothing is published: the folder is what calls will get
        read_flows(settings.flows, Catalogue.load(settings.sounds), settings.outside)
    async with AsyncExitStack() as opened:
        carriers = await _open_carriers(opened, settings)
        apis = await _open_apis(opened, settings.apis)
        kinds = frozenset(carrier.kind for carrier in carriers)
        ledger = open_store(sqlite_url(settings.database), kinds=kinds, receivers=tuple(settings.webhooks))
        store = await opened.enter_async_context(ledger)
        served = await Served.open(store.versions, settings)
        pci = await opened.enter_async_context(PciClient.open(settings.pci.socket, settings.pci.charge_timeout))
        app = await _connect(opened, settings.asterisk, stop)
        if app is not None:
            await _take_calls(Parts(settings, served, store, pci, app, carriers, apis), stop, look or asyncio.Event())
    _log.info("stopped")


async def _connect(opened: AsyncExitStack, asterisk: AsteriskSettings, stop: asyncio.Event) -> AriApp | None:
    """Our Stasis application, waited for as long as it takes; None if told to stop before."""
    gate = AriSocket(asterisk.gate, asterisk.gate_uid)
    patience = _PATIENCE[0]
    while not stop.is_set():
        try:
            return await opened.enter_async_context(AriApp.open(gate, asterisk.app, patience=patience))
        except AriUnreachable:
            _log.warning("asterisk_unreachable", gate=str(asterisk.gate), advice=_ADVICE)
            patience = _PATIENCE[1]
    return None


async def _take_calls(parts: Parts, stop: asyncio.Event, look: asyncio.Event) -> None:
    settings, store, served = parts.settings, parts.store, parts.served
    async with asyncio.TaskGroup() as background:
        async with asyncio.TaskGroup() as charges:
            charging = Charging(parts.pci, store.payments, charges)
            endpoints = {name: person.endpoint for name, person in settings.people.items()}
            people = People(parts.app, endpoints, charges)
            lookups = Lookups(store.invoices, parts.apis, [carrier.kind for carrier in parts.carriers])
            traced, prompts = settings.trace_days > 0, served.edition.prompts
            board, journal = Board(store.database.now, settings.alerts), Journal(store.calls)
            tally = Tally(board.count)
            equipment = Equipment(
                *(parts.app, board, store, parts.pci, prompts, charging, lookups, tally, journal, traced, charges)
            )
            desk = LiveDesk.of(settings.agents, settings.queues, equipment)
            services = Services(
                *(settings.asterisk.app, prompts, store, parts.pci, charging, people, lookups, tally, traced),
                *(desk.floor if desk else None, settings.pbxs),
            )
            workers = [
                background.create_task(journal.run()),
                background.create_task(Settling(parts.pci, store, charging).run()),
                background.create_task(Retention(store, settings.trace_days).run()),
                background.create_task(served.follow(look)),
            ]
            for carrier in parts.carriers:
                workers.append(background.create_task(OutboxWorker(store.outbox, carrier).run()))
            if desk is not None:
                await desk.recall.look()
                workers.append(background.create_task(desk.keep()))
            router = Router(parts.app, served, services, journal, settings.max_calls, desk)
            edition = served.edition
            async with _console(parts, desk), _desktop(parts, desk):
                _log.info(
                    "ready", version=edition.number, flows=len(edition.book.by_number), max_calls=settings.max_calls
                )
                await router.serve(stop, settings.stop_grace)
        # the calls are over and so is every charge that they began
        for worker in workers:
            worker.cancel()


@asynccontextmanager
async def _console(parts: Parts, desk: LiveDesk | None) -> AsyncIterator[None]:
    """The pages, served meanwhile; nothing if ivr.toml has no [console]."""
    settings = parts.settings.console
    if settings is None:
        yield
        return
    # a third of all that this program is made of, for those who want pages
    from ivr.console import server as console
    from ivr.console.behind import Behind

    agents, gate = parts.settings.agents, parts.settings.asterisk.gate
    phones = PagePhones(parts.app.asterisk, gate, agents.endpoint) if agents else None
    async with console.serving(Behind.of(settings, parts.store, desk=desk, phones=phones)):
        yield


@asynccontextmanager
async def _desktop(parts: Parts, desk: LiveDesk | None) -> AsyncIterator[None]:
    """The API, served meanwhile; nothing if ivr.toml has no [desktop]."""
    settings = parts.settings.desktop
    if settings is None or desk is None:
        yield
        return
    from ivr.desktop import server as desktop

    async with desktop.serving(settings, parts.store, desk):
        yield


async def _open_apis(opened: AsyncExitStack, apis: Mapping[str, ApiSettings]) -> Apis:
    """The merchants' APIs; no connection is made before a caller needs one."""
    with _mended_in("apis"):
        return await opened.enter_async_context(HttpApis.open({name: api.described for name, api in apis.items()}))


@contextmanager
def _mended_in(section: str) -> Iterator[None]:
    """Makes a setting that an adapter refuses a ConfigError with the section to mend."""
    try:
        yield
    except ValueError as error:
        raise ConfigError(f"{section}: {error}") from None


async def _open_carriers(opened: AsyncExitStack, settings: Settings) -> Sequence[Carrier]:
    """Whoever takes our messages: one for each kind that has a gateway, one for each program that gets news."""
    carriers: list[Carrier] = []
    if notifier := await opened.enter_async_context(_open_notifier(settings.sms)):
        carriers.append(Texts(notifier))
    if settings.email is not None:
        carriers.append(Emails(_mailer(settings.email)))
    for name, webhook in settings.webhooks.items():
        with _mended_in(f"desktop.webhooks.{name}"):
            carriers.append(await opened.enter_async_context(Webhooks.open(name, webhook.described)))
    return carriers


def _mailer(email: EmailSettings) -> SmtpMailer:
    password = email.password.get_secret_value() if email.password else ""
    with _mended_in("email"):
        server = SmtpServer(email.host, email.port, Security(email.security), email.user, password, email.ca_file)
        return SmtpMailer(server, Sender(email.sender, email.sender_name))


@asynccontextmanager
async def _open_notifier(sms: SmsSettings) -> AsyncIterator[Notifier | None]:
    """The gateway for text messages; None if there is none."""
    with _mended_in(f"sms.{sms.gateway}"):
        gateway = _gateway(sms)
    match gateway:
        case None:
            yield None
        case SmppLogin():
            async with SmppNotifier.open(gateway, sms.sender) as smpp:
                yield smpp
        case TwilioAccount():
            async with TwilioNotifier.open(gateway, sms.sender) as twilio:
                yield twilio


def _gateway(sms: SmsSettings) -> SmppLogin | TwilioAccount | None:
    """Where texts go, checked by the rules of the gateway itself."""
    if sms.gateway == "smpp" and sms.smpp is not None:
        return SmppLogin(sms.smpp.host, sms.smpp.port, sms.smpp.system_id, sms.smpp.password.get_secret_value())
    if sms.gateway == "twilio" and sms.twilio is not None:
        return TwilioAccount(sms.twilio.url, sms.twilio.account_sid, sms.twilio.auth_token.get_secret_value())
    return None
