"""What somebody tries who wants in, or wants somebody else to act for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import pytest_asyncio

from ivr.accounts.log import By
from ivr.accounts.passwords import Passwords
from ivr.accounts.role import Role
from ivr.console import cookie
from ivr.console.pages.sign_in import own_path
from ivr.console.routes import ROUTES, Route
from tests.console.payloads import PAYLOADS, same_tags
from tests.console.rig import ORIGIN, PASSWORD, Console, console

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVIL = "https://evil.example"
ACTS = [route for route in ROUTES if route.acts]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Console]:
    async with console() as served:
        await served.account(Role.AGENT, "anna", password=PASSWORD, app=False)
        yield served


def path_of(path: str) -> str:
    return re.sub(r"\{(\w+)(:[^}]*)?\}", "1", path)


@pytest.mark.parametrize("route", ACTS, ids=lambda route: route.path)
@pytest.mark.parametrize(
    ("headers", "with_token"),
    [
        ({"Origin": EVIL}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://localhost:9999"}, True),
        ({"Origin": ""}, True),
        ({"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}, True),
        ({"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"}, True),
        ({"Origin": ORIGIN}, False),
    ],
    ids=["foreign", "null", "other-port", "none", "cross-site", "same-site", "no-token"],
)
async def test_given_a_form_of_another_page_then_it_is_refused(
    served: Console, route: Route, headers: dict[str, str], with_token: bool
) -> None:
    visitor = await served.signed_in(next(role for role in Role if role in route.who))
    token = visitor.token if with_token else "0" * 64
    answer = await visitor.ask("POST", path_of(route.path), data={"csrf": token}, **headers)
    assert answer.status == 403
    assert "did not come from a page" in answer.text or "too old to be sent" in answer.text


async def test_given_the_token_of_somebody_else_then_it_is_refused(served: Console) -> None:
    victim, other = await served.signed_in(Role.ADMIN), await served.signed_in(Role.AGENT)
    victim.token = other.token
    assert (await victim.send("/people", name="mallory", shown="M", role="admin")).status == 403
    assert await served.store.accounts.named("mallory") is None


async def test_given_a_cookie_that_was_planted_before_then_signing_in_makes_another(served: Console) -> None:
    planted = "p" * 43
    victim = served.visitor()
    victim.cookie = planted
    await victim.open("/sign-in")
    await victim.send("/sign-in", name="anna", password=PASSWORD)
    assert victim.cookie != planted
    attacker = served.visitor()
    attacker.cookie = planted
    assert (await attacker.open("/")).status == 303


async def test_the_cookie_is_out_of_reach_of_scripts_networks_and_other_pages(served: Console) -> None:
    answer = await served.visitor().open("/sign-in")
    (line,) = answer.cookies
    assert line.startswith(f"{cookie.NAME}=")
    assert {part.strip() for part in line.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Strict", "Secure"}


@pytest.mark.parametrize("path", ["/sign-in", "/static/console.css", "/nothing", "/", "/people", "/welcome/x"])
async def test_every_answer_has_the_security_headers(served: Console, path: str) -> None:
    headers = (await (await served.signed_in(Role.AGENT)).open(path)).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Server" not in headers
    assert headers["Cache-Control"].startswith("no-store" if "static" not in path else "public")


async def test_given_tls_then_browsers_are_told_to_stay_with_it() -> None:
    async with console(origin="https://localhost:8448") as served:
        answer = await served.visitor().ask("GET", "/sign-in", Host="localhost:8448")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:8448.evil.example", "localhost:8448@evil"])
async def test_given_another_host_then_nothing_is_answered(served: Console, host: str) -> None:
    assert (await served.visitor().open("/sign-in", Host=host)).status == 421


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%2f/evil.example\r\nX: y",
        "javascript:alert(1)",
        "///evil.example",
        "/\tevil",
        "",
        "\\\\evil.example",
        "/ /evil.example",
        "/@evil.example",
    ],
)
async def test_given_a_link_that_leads_away_then_signing_in_leads_to_the_start(served: Console, onward: str) -> None:
    assert own_path(onward) == "/"
    visitor = served.visitor()
    await visitor.open("/sign-in")
    answer = await visitor.send("/sign-in", name="anna", password=PASSWORD, next=onward)
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("onward", ["/", "/people", "/calls/7?day=2026-03-02&page=2"])
async def test_given_a_path_of_ours_then_it_is_kept(onward: str) -> None:
    assert own_path(onward) == onward


async def test_given_two_hundred_payloads_as_names_then_the_page_is_built_as_with_a_plain_word(
    served: Console,
) -> None:
    assert len(set(PAYLOADS)) == 200
    admin = await served.signed_in(Role.ADMIN)
    plain = (await admin.send("/people", name="no name!", shown="plain", role="agent")).text
    wrong = served.visitor()
    await wrong.open("/sign-in")
    form = (await wrong.send("/sign-in", name="plain", password="x")).text
    for payload in PAYLOADS:
        page = await admin.send("/people", name=payload, shown=payload, role=payload)
        assert page.status == 422
        assert same_tags(page.text, plain)
    for payload in PAYLOADS[::5]:
        page = await wrong.send("/sign-in", name=payload, password="x", next=payload)
        assert same_tags(page.text, form)


async def test_given_payloads_as_the_names_that_are_shown_then_every_page_shows_them_as_text() -> None:
    async with console() as served:
        admin = await served.signed_in(Role.ADMIN)
        one = await served.account(Role.AGENT, "plain")
        before = {path: (await admin.open(path)).text for path in ("/people", "/log")}
        await served.behind.office.remove(By("x", "y"), one)
        for number, payload in enumerate(PAYLOADS):
            await served.store.accounts.add(f"p{number}", payload[:80], Role.AGENT)
        page = (await admin.open("/people")).text
        rows = page.count("/lock")
        assert rows == len(PAYLOADS) + 1
        assert len(re.findall("<script", page)) == len(re.findall("<script", before["/people"]))
        assert "onerror=alert(1)>" not in re.sub(r"&lt;.*?&gt;", "", page)
        named = await served.signed_in(Role.AGENT, "p4")
        home, plain = await named.open("/"), await (await served.signed_in(Role.AGENT)).open("/")
        assert same_tags(home.text, plain.text)


NO_FORMS = [
    ("application/x-www-form-urlencoded", b"name=\xff"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"name=anna"),
    ("application/x-www-form-urlencoded; charset=punycode", b"name=anna"),
    ("multipart/form-data", b"name=anna"),
    ("multipart/form-data; boundary=x", b"name=anna"),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\nanna\r\n--x--\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Transfer-Encoding: odd\r\n\r\nanna\r\n--x--\r\n"),
]


@pytest.mark.parametrize(("kind", "body"), NO_FORMS)
async def test_given_a_body_that_is_no_form_then_it_is_refused(served: Console, kind: str, body: bytes) -> None:
    visitor = await served.signed_in(Role.ADMIN)
    headers = {"Origin": ORIGIN, "X-CSRF-Token": visitor.token, "Content-Type": kind}
    assert (await visitor.ask("POST", "/people", data=body, **headers)).status == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 60_000, b'{"id": "\\ud800"}', b'{"id": 1}', b"{}"])
@pytest.mark.parametrize("path", ["/sign-in/passkey", "/account/passkey"])
async def test_given_an_answer_that_is_no_passkeys_then_it_is_refused(
    served: Console, path: str, body: bytes
) -> None:
    visitor = await served.signed_in(Role.ADMIN)
    headers = {"Origin": ORIGIN, "X-CSRF-Token": visitor.token, "Content-Type": "application/json"}
    assert (await visitor.ask("POST", path, data=body, **headers)).status == 403


@pytest.mark.parametrize("head", ["Cookie: {name}={octets}", "Cookie: {name}={cookie}\r\nX-CSRF-Token: {octets}"])
async def test_given_octets_that_are_no_text_as_cookie_or_token_then_they_are_worth_nothing(
    served: Console, head: str
) -> None:
    visitor = await served.signed_in(Role.ADMIN)
    filled = head.format(name=cookie.NAME, cookie=visitor.cookie, octets="\xff" * 40)
    fixed = f"Host: localhost:8448\r\nOrigin: {ORIGIN}\r\nContent-Length: 0\r\nConnection: close"
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"POST /sign-out HTTP/1.1\r\n{fixed}\r\n{filled}\r\n\r\n".encode("latin-1"))
    answered = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert int(answered.split()[1]) in (401, 403)


async def test_given_a_number_that_no_database_holds_then_nobody_has_it(served: Console) -> None:
    admin = await served.signed_in(Role.ADMIN)
    assert (await admin.send(f"/people/{'9' * 30}/lock")).status == 404


async def test_given_a_body_that_is_too_large_then_it_is_refused(served: Console) -> None:
    visitor = await served.signed_in(Role.ADMIN)
    answer = await visitor.send("/people", name="x" * 100_000)
    assert answer.status == 413


async def test_given_a_file_outside_then_there_is_no_such_file(served: Console) -> None:
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static//etc/passwd", "/static/vendor/../../x"):
        assert (await served.visitor().open(path)).status == 404


SMUGGLED = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /log HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "Content-Length: +5\r\n\r\nabcde",
    "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
]


@pytest.mark.parametrize("tail", SMUGGLED)
async def test_given_a_request_with_two_ends_then_it_is_refused_and_the_connection_closed(
    served: Console, tail: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"POST /sign-in HTTP/1.1\r\nHost: localhost:8448\r\n{tail}".encode())
    await writer.drain()
    writer.write_eof()
    answered = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    statuses = re.findall(rb"HTTP/1\.1 (\d\d\d)", answered)
    assert len(statuses) <= 1
    assert not statuses or int(statuses[0]) in (400, 403, 421)


@contextmanager
def counted(passwords: Passwords) -> Iterator[list[str]]:
    """Which digests were checked."""
    checked: list[str] = []
    real = passwords._fits

    def fits(digest: str, password: str) -> bool:
        checked.append(digest)
        return real(digest, password)

    passwords._fits = fits  # type: ignore[method-assign]
    yield checked
    passwords._fits = real  # type: ignore[method-assign]


async def test_given_a_name_that_nobody_has_then_as_much_is_computed_as_for_a_wrong_password(served: Console) -> None:
    work = []
    for name in ("anna", "nobody"):
        visitor = served.visitor()
        await visitor.open("/sign-in")
        with counted(served.behind.passwords) as checked:
            await visitor.send("/sign-in", name=name, password="wrong password 1")
        work.append([digest.rsplit("$", 2)[0] for digest in checked])
    assert work[0] == work[1]
    assert len(work[0]) == 1


async def test_given_scripts_then_none_is_in_a_page_itself(served: Console) -> None:
    admin = await served.signed_in(Role.ADMIN)
    for path in ("/", "/people", "/log", "/account", "/account/app"):
        page = (await admin.open(path)).text
        assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []
