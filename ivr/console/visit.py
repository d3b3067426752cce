"""One request of a browser, as a page sees it: who it is, what they sent, and how to answer."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from ivr.accounts.account import Account
from ivr.accounts.acts import Act
from ivr.accounts.log import By
from ivr.accounts.role import Role
from ivr.agents.desk import AgentDesk
from ivr.agents.errors import NotSignedOn
from ivr.agents.view import Status
from ivr.console.behind import Behind
from ivr.console.rendering import Texts

if TYPE_CHECKING:
    from ivr.console.routes import Route


@dataclass(frozen=True, slots=True)
class Visit:
    """`account` is who signed in, None if nobody did. `csrf` goes with every form: the layout sends it by itself.

    `visitor` tells this browser from others, `session` is the session of who signed in, empty if nobody did. `form`
    is what a POST brought.
    """

    request: web.Request
    behind: Behind
    route: Route
    account: Account | None
    visitor: str
    session: str
    csrf: str = field(repr=False)
    texts: Texts
    menu: Collection[Route]
    form: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def who(self) -> Account:
        """Who signed in; only for routes that nobody else gets to."""
        assert self.account is not None  # noqa: S101 - the guard has seen to it
        return self.account

    @property
    def desk(self) -> AgentDesk:
        """The agents' desk; only for routes that are there with one alone."""
        assert self.behind.desk is not None  # noqa: S101 - the application has seen to it
        return self.behind.desk

    @property
    def role(self) -> Role | None:
        """The role of who signed in; None if nobody did."""
        return self.account.role if self.account else None

    @property
    def first_factor(self) -> bool:
        """Whether they need a second factor and have none yet: nothing else is open to them."""
        return self.behind.settings.second_factor == "needed" and not self.who.second_factor

    @property
    def origin(self) -> str:
        """The address that the request came from."""
        return origin_of(self.request, self.behind.settings.behind_proxy)

    def count_try(self) -> None:
        """Count a try to sign in. HTTPTooManyRequests, and it is none, if too many from there were wrong."""
        if not self.behind.throttle.counted(self.origin):
            raise web.HTTPTooManyRequests(text="problem-throttled")

    def html(self, template: str, status: int = 200, **values: object) -> web.Response:
        """A page, or a part of one, from a template; `t` in it is the texts, `visit` is this."""
        page = self.behind.rendering.page(template, visit=self, t=self.texts, **values)
        return web.Response(text=page, content_type="text/html", status=status)

    def see(self, path: str) -> web.Response:
        """Send the browser to another page of ours; htmx is told in its own way."""
        if self.request.headers.get("HX-Request"):
            return web.Response(headers={"HX-Redirect": path})
        return web.Response(status=303, headers={"Location": path})

    def json(self, text: str) -> web.Response:
        """An answer for a script: `text` is JSON already."""
        return web.Response(text=text, content_type="application/json")

    @property
    def by(self) -> By:
        """Who acts, as the log has it."""
        return By(self.account.name if self.account else "-", self.origin)

    async def leave_desk(self, agent: str) -> None:
        """No call is given to somebody who has left or may not come in, and their page's phone registers no more."""
        if self.behind.desk is not None:
            with suppress(NotSignedOn):
                await self.behind.desk.set_status(agent, Status.SIGNED_OFF)
        if self.behind.phones is not None:
            await self.behind.phones.end(agent)

    async def record(self, act: Act, subject: str = "", *, worked: bool = True, who: str | None = None) -> None:
        """Write down that a privileged act was done or tried. `who` did it, if nobody has signed in."""
        by = By(who, self.origin) if who else self.by
        await self.behind.log.record(by, act, subject, worked=worked)


def origin_of(request: web.Request, behind_proxy: bool) -> str:
    """The address that a request came from; behind a proxy, the one that the proxy added last."""
    # a proxy adds to the line that came, or a line of its own: what came before is the client's word
    if behind_proxy and (forwarded := ",".join(request.headers.getall("X-Forwarded-For", []))):
        return forwarded.rpartition(",")[2].strip()[:45]
    return (request.remote or "-")[:45]
