"""Single sign-on with a provider that others wrote: the npm package oidc-provider."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from ivr.accounts.role import Role
from ivr.accounts.sso import BACK
from ivr.console.settings import SsoSettings
from stack import node_peers
from stack.processes import running
from tests.console.rig import ORIGIN, PASSWORD, Answer, Console, Visitor, acts_in, console

pytestmark = pytest.mark.peer
SECRET = "a secret: with & signs %"


@dataclass
class Provider:
    """The provider, and a console that sends people to it."""

    issuer: str
    console: Console

    async def agreed(self, url: str, login: str) -> str:
        """What a browser does at the provider: sign in, agree; where it is sent back to."""
        jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=None)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            for _ in range(12):
                async with http.get(url, allow_redirects=False) as response:
                    page, onward = await response.text(), response.headers.get("Location", "")
                if not onward:
                    form = re.search(r'action="([^"]+)"', page)
                    prompt = re.search(r'name="prompt" value="(\w+)"', page)
                    assert form, page
                    assert prompt, page
                    filled = {"prompt": prompt[1], "login": login, "password": "any"}
                    async with http.post(form[1], data=filled, allow_redirects=False) as response:
                        onward = response.headers["Location"]
                if onward.startswith(ORIGIN):
                    return onward.removeprefix(ORIGIN)
                url = onward if onward.startswith("http") else self.issuer + onward
        raise AssertionError(f"never sent back; last {url}")


class Away(Visitor):
    """A browser that keeps the cookie of the way to the provider as well."""

    way: str = ""

    async def leave(self) -> str:
        """Press the button; where the provider is."""
        answer = await self.open("/sign-in/sso")
        (found,) = [line for line in answer.cookies if line.startswith("__Host-tonewall-sso=")]
        assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} <= {part.strip() for part in found.split(";")}
        self.way = found.partition(";")[0]
        return answer.headers["Location"]

    async def back(self, path: str) -> Answer:
        """Come back: a link from elsewhere, so that the strict cookie stays at home."""
        self.cookie = ""
        return await self.open(path, Cookie=self.way)


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Provider]:
    async with provided(tmp_path) as made:
        yield made


@asynccontextmanager
async def provided(folder: Path, **changed: object) -> AsyncIterator[Provider]:
    (folder / "secret").write_text(SECRET)
    try:
        command = node_peers.command("oidc.js", ORIGIN + BACK, str(folder / "secret"))
    except node_peers.NodePeersMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    async with running("oidc", command) as process:
        issuer = (await process.expect(lambda line: bool(line.get("ready"))))["issuer"]
        given = {"issuer": issuer, "client_id": "tonewall", "client_secret": SecretStr(SECRET), **changed}
        async with console(sso=SsoSettings.model_construct(None, **given)) as served:
            served.clock.catch_up()
            yield Provider(issuer, served)


def away(served: Console) -> Away:
    return Away(served.port, served.http)


async def test_given_an_account_for_it_then_they_come_in_and_the_next_time_as_well(provider: Provider) -> None:
    served = provider.console
    await served.store.accounts.add("carla@example.com", "Carla", Role.SUPERVISOR)
    for _ in range(2):
        visitor = away(served)
        answer = await visitor.back(await provider.agreed(await visitor.leave(), "carla"))
        assert answer.status == 200
        assert 'content="0;url=/"' in answer.text
        assert "Hello, Carla" in (await visitor.open("/")).text
    assert [(act.who, act.subject, act.worked) for act in await acts_in(served.store)] == [
        ("carla@example.com", "single sign-on", True)
    ] * 2


@pytest.mark.parametrize("login", ["nobody-here", "unverified", "owner"])
async def test_given_a_stranger_or_a_name_with_a_password_then_they_stay_outside(
    provider: Provider, login: str
) -> None:
    served = provider.console
    await served.store.accounts.add("unverified@example.com", "U", Role.ADMIN)
    await served.account(Role.ADMIN, "owner@example.com", password=PASSWORD)
    visitor = away(served)
    answer = await visitor.back(await provider.agreed(await visitor.leave(), login))
    assert answer.status == 403
    assert "an administrator has to add you first" in answer.text


async def test_given_an_answer_of_another_browser_or_a_second_time_then_it_is_refused(provider: Provider) -> None:
    served = provider.console
    await served.store.accounts.add("carla@example.com", "Carla", Role.AGENT)
    attacker, victim = away(served), away(served)
    answered = await provider.agreed(await attacker.leave(), "carla")
    await victim.leave()
    assert (await victim.back(answered)).status == 403
    assert (await attacker.back(answered)).status == 403  # the state was spent by the first who brought it


async def test_given_a_state_nobody_gave_out_then_it_is_refused(provider: Provider) -> None:
    visitor = away(provider.console)
    await visitor.leave()
    assert (await visitor.back(f"{BACK}?code=x&state=made-up")).status == 403


async def test_given_ten_minutes_have_gone_by_then_it_is_refused(provider: Provider) -> None:
    served = provider.console
    await served.store.accounts.add("carla@example.com", "Carla", Role.AGENT)
    visitor = away(served)
    answered = await provider.agreed(await visitor.leave(), "carla")
    served.clock.pass_by(minutes=10)
    assert (await visitor.back(answered)).status == 403


async def test_the_question_has_pkce_state_and_nonce(provider: Provider) -> None:
    asked = parse_qs(urlsplit(await away(provider.console).leave()).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))


async def test_given_another_client_id_then_the_provider_does_not_know_us(tmp_path: Path) -> None:
    async with provided(tmp_path, client_secret=SecretStr("wrong")) as made:
        visitor = away(made.console)
        answered = await made.agreed(await visitor.leave(), "carla")
        assert (await visitor.back(answered)).status == 503


async def test_given_somebody_who_was_not_sent_there_then_nothing_is_written_and_many_tries_wait(
    nowhere: SsoSettings,
) -> None:
    async with console(2, sso=nowhere) as served:
        visitor = away(served)
        for _ in range(3):  # as by a picture in a page of somebody else's
            assert (await visitor.back(f"{BACK}?state=x&code=y")).status == 403
        assert not await acts_in(served.store)
        visitor.way = "__Host-tonewall-sso=made-up"
        tries = [(await visitor.back(f"{BACK}?state=x&code=y")).status for _ in range(3)]
        assert tries == [403, 403, 429]


@pytest.mark.parametrize("issuer", ["https://tenant.example.com/", "https://login.example.com/realms/us"])
def test_the_name_of_a_provider_stays_as_it_is_written(issuer: str) -> None:
    provider = SsoSettings.model_validate({"issuer": issuer, "client_id": "x"}).provider
    assert provider.issuer == issuer
    assert provider.discovery == f"{issuer.rstrip('/')}/.well-known/openid-configuration"


@pytest.fixture
def nowhere() -> SsoSettings:
    return SsoSettings.model_construct(None, issuer="http://localhost:1", client_id="x", client_secret=None)


async def test_given_the_provider_is_down_then_the_page_says_so(nowhere: SsoSettings) -> None:
    async with console(sso=nowhere) as served:
        page = await served.visitor().open("/sign-in/sso")
        assert (page.status, "does not answer" in page.text) == (503, True)


@asynccontextmanager
async def telling(*pieces: bytes) -> AsyncIterator[str]:
    """Somebody's server, which tells of itself piece by piece; its address."""

    async def tell(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0.05)
        return response

    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", tell)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ([b'{"authorization_endpoint": ', b'"https://provider.example/auth"}'], 303),
        ([b"{}"], 503),
        ([b'{"authorization_endpoint": 7}'], 503),
        ([b"[]"], 503),
        ([b'{"x": "', b"x" * 300_000, b'"}'], 503),
    ],
    ids=["in two pieces", "nothing", "no address", "no object", "without end"],
)
async def test_given_what_a_provider_tells_of_itself_then_it_is_read_whole_and_checked(
    pieces: list[bytes], status: int
) -> None:
    async with telling(*pieces) as issuer:
        sso = SsoSettings.model_construct(None, issuer=issuer, client_id="x", client_secret=None)
        async with console(sso=sso) as served:
            assert (await served.visitor().open("/sign-in/sso")).status == status
