"""What stands behind the pages: everything that they show and act on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from ivr.accounts.codes import Codes
from ivr.accounts.entry import Entry
from ivr.accounts.invitations import Invitations
from ivr.accounts.keyed import Keyed
from ivr.accounts.log import Log
from ivr.accounts.office import Office
from ivr.accounts.passkeys import Passkeys
from ivr.accounts.passwords import Passwords
from ivr.accounts.sso import SingleSignOn
from ivr.accounts.throttle import Throttle
from ivr.agents.desk import AgentDesk
from ivr.agents.page_phone import PagePhones
from ivr.console.rendering import Rendering
from ivr.console.settings import ConsoleSettings
from ivr.store.sessions import Sessions
from ivr.store.store import Store

LONGEST_SESSION: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Behind:
    """One for the whole console. Where a page needs something more, it is a field more here.

    `closing` is set when the console ends: streams of events end then.
    """

    settings: ConsoleSettings
    store: Store
    sessions: Sessions
    keyed: Keyed
    passwords: Passwords
    codes: Codes
    passkeys: Passkeys
    entry: Entry
    invitations: Invitations
    office: Office
    log: Log
    rendering: Rendering
    throttle: Throttle
    sso: SingleSignOn | None = None
    desk: AgentDesk | None = None
    phones: PagePhones | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(
        cls,
        settings: ConsoleSettings,
        store: Store,
        passwords: Passwords | None = None,
        desk: AgentDesk | None = None,
        phones: PagePhones | None = None,
    ) -> Behind:
        """What the settings and the ledger give. Without a desk there are no pages for agents."""
        keyed = Keyed(settings.secret.get_secret_value())
        codes = Codes(store.accounts, store.factors, keyed)
        passwords = passwords or Passwords()
        sso = SingleSignOn(store.accounts, settings.sso.provider, settings.origin) if settings.sso else None
        log, invitations = Log(store.acts), Invitations(store.accounts, settings.origin)
        return cls(
            settings=settings,
            store=store,
            sessions=Sessions(store.database, settings.idle, LONGEST_SESSION),
            keyed=keyed,
            passwords=passwords,
            codes=codes,
            passkeys=Passkeys(store.accounts, store.factors, settings.origin),
            entry=Entry(store.accounts, passwords, codes),
            invitations=invitations,
            office=Office(store.accounts, invitations, log),
            log=log,
            rendering=Rendering.load(),
            throttle=Throttle(store.database.now),
            sso=sso,
            desk=desk,
            phones=phones,
        )
