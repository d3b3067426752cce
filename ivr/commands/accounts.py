"""ivr accounts: who may sign in to the console, and the log of what they did."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from ivr import config, log
from ivr.accounts.account import Account
from ivr.accounts.acts import Check, Written
from ivr.accounts.invitations import Invitations
from ivr.accounts.log import COMMAND, By, Log
from ivr.accounts.office import Office
from ivr.accounts.role import Role
from ivr.commands.options import Commands, settings
from ivr.errors import ConfigError, IvrError
from ivr.publishing.author import system_user
from ivr.store.database import sqlite_url
from ivr.store.store import Store, open_store

T = TypeVar("T")
_ABOUT = "Who may sign in to the console. The first admin is added here; admins do the rest on the page “People”."
_ADD = (
    "Add somebody and print a link, which works once and for 24 hours: whoever opens it chooses a password. With"
    " --sso there is no link: they come by single sign-on, as NAME."
)
_RESET = "Void the password, the second factors and the sessions of somebody, and print a link as `add` does."
_LOG = "Print who did what, when, from where and whether it worked, and check that nothing in it was changed."
_VERBS = {
    "lock": "Nobody can sign in to it, and whoever is signed in is not any more.",
    "unlock": "They can sign in again, also after too many tries.",
    "remove": "Nobody signs in to it ever again; its name stays taken, because the log speaks of it.",
}


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a command works with."""

    store: Store
    office: Office
    by: By


def add(commands: Commands) -> None:
    """Declare the command and its verbs."""
    accounts = commands.add_parser("accounts", help="who may sign in to the console", description=_ABOUT)
    verbs = accounts.add_subparsers(title="commands", required=True, metavar="COMMAND")
    adds = verbs.add_parser("add", parents=[settings()], help="add somebody", description=_ADD)
    adds.add_argument("--role", required=True, choices=list(Role), help="what they may do")
    adds.add_argument("--shown", default="", metavar="TEXT", help="the name that others see (default: NAME)")
    adds.add_argument("--sso", action="store_true", help="they come by single sign-on, without a password here")
    adds.add_argument("name", metavar="NAME", help="what they sign in with, such as anna")
    adds.set_defaults(command=_add)
    listing = verbs.add_parser("list", parents=[settings()], help="list who may sign in", description=_ABOUT)
    listing.set_defaults(command=_list)
    resets = verbs.add_parser("reset", parents=[settings()], help="a new one-time link", description=_RESET)
    resets.add_argument("name", metavar="NAME", help="whose")
    resets.set_defaults(command=_reset)
    for verb, about in _VERBS.items():
        parser = verbs.add_parser(verb, parents=[settings()], help=f"{verb} an account", description=about)
        parser.add_argument("name", metavar="NAME", help="whose")
        parser.set_defaults(command=_change, verb=verb)
    logs = verbs.add_parser("log", parents=[settings()], help="who did what", description=_LOG)
    logs.set_defaults(command=_log)


def _add(options: Namespace) -> None:
    async def work(desk: _Desk) -> str:
        account = await desk.office.add(desk.by, options.name, options.shown, Role(options.role))
        return "" if options.sso else await desk.office.link(desk.by, account)

    link = _at_the_desk(options, work)
    print(f"{options.name.lower()} may sign in, as {options.role}.")
    print("They come by single sign-on." if options.sso else _told(link))


def _reset(options: Namespace) -> None:
    async def work(desk: _Desk) -> str:
        return await desk.office.link(desk.by, await desk.office.named(options.name))

    print(_told(_at_the_desk(options, work)))


def _told(link: str) -> str:
    return f"This link works once, for 24 hours; give it to them and to nobody else:\n{link}"


def _change(options: Namespace) -> None:
    async def work(desk: _Desk) -> str:
        act = {"lock": desk.office.lock, "unlock": desk.office.unlock, "remove": desk.office.remove}[options.verb]
        await act(desk.by, await desk.office.named(options.name))
        return f"{options.name.lower()}: done ({options.verb})."

    print(_at_the_desk(options, work))


def _list(options: Namespace) -> None:
    async def work(desk: _Desk) -> list[str]:
        return [_line(account) for account in await desk.store.accounts.all()]

    print(*_at_the_desk(options, work) or ["Nobody yet: ivr accounts add --role admin NAME"], sep="\n")


def _line(account: Account) -> str:
    state = "locked" if account.locked else "open"
    factor = "single sign-on" if account.subject else "second factor" if account.second_factor else "no second factor"
    seen = account.signed_in.astimezone().strftime("%Y-%m-%d %H:%M") if account.signed_in else "never"
    return f"{account.name:<24} {account.role:<10}  {state:<6}  {factor:<16}  last signed in: {seen}"


def _log(options: Namespace) -> None:
    async def work(desk: _Desk) -> Check:
        check = Check()
        async for acts in desk.store.acts.pieces():
            check.take(acts)
            print(*map(_entry, acts), sep="\n")
        return check

    check = _at_the_desk(options, work)
    if check.changed:
        raise IvrError(f"Entry {check.changed} was changed after it was written, or entries before it are missing.")
    print(f"{check.seen} entries, all as they were written.")


def _entry(act: Written) -> str:
    at, worked = act.at.astimezone().strftime("%Y-%m-%d %H:%M:%S"), "done" if act.worked else "refused"
    return f"{act.id:>6}  {at}  {act.who:<16}  {act.origin:<16}  {act.act:<16} {worked:<8}{act.subject}".rstrip()


def _at_the_desk(options: Namespace, work: Callable[[_Desk], Awaitable[T]]) -> T:
    """Run `work` on the ledger of the settings; what it does is logged to stderr as well."""

    async def run() -> T:
        async with _opened(options) as desk:
            return await work(desk)

    log.configure(sys.stderr)
    return asyncio.run(run())


@asynccontextmanager
async def _opened(options: Namespace) -> AsyncIterator[_Desk]:
    loaded = config.load(options.config)
    if loaded.console is None:
        raise ConfigError(f"{options.config}: has no section [console], so there is nothing to sign in to")
    async with open_store(sqlite_url(loaded.database)) as store:
        invitations = Invitations(store.accounts, loaded.console.origin)
        office = Office(store.accounts, invitations, Log(store.acts))
        yield _Desk(store, office, By(system_user(), COMMAND))
