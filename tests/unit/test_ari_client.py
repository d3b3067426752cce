"""REST: logins, arguments, answers of all kinds, and that no error carries what it must not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from asterisk_ari import (
    AlreadyExists,
    AnswerUnreadable,
    AriApp,
    AriError,
    AriLogin,
    AriRefused,
    AriUnreachable,
    Asterisk,
    LoginRefused,
    NotAllowed,
    NotFound,
    NotInApplication,
    errors,
)
from asterisk_ari.client import _joined
from asterisk_ari.fake import FakeAsterisk
from asterisk_ari.road import ANSWER_LIMIT

PASSWORD = "a-most-secret-word"
Answer = Callable[[web.Request], web.StreamResponse]


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[Asterisk]:
    """A client of a server that gives one answer to everything."""

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        return answer(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with Asterisk.open(AriLogin(f"http://{host}:{port}", "ivr", PASSWORD), timeout=5) as asterisk:
            yield asterisk
    finally:
        await runner.cleanup()


def chain(error: BaseException | None) -> str:
    """Everything that a log could show of an exception and those behind it."""
    if error is None:
        return ""
    return f"{error!r} {error} {error.args} {chain(error.__cause__)} {chain(error.__context__)}"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *(
            (401, LoginRefused),
            (403, NotAllowed),
            (404, NotFound),
            (409, NotInApplication),
            (422, NotInApplication),
        ),
        *((400, AriRefused), (412, AriRefused), (500, AriRefused), (503, AriRefused)),
        *((301, AnswerUnreadable), (302, AnswerUnreadable)),
    ],
)
async def test_given_a_status_then_it_is_this_error(status: int, expected: type[AriError]) -> None:
    headers = {"Location": "http://127.0.0.1:9/elsewhere"}
    async with answering(
        lambda _: web.json_response({"message": "digit 4111"}, status=status, headers=headers)
    ) as it:
        with pytest.raises(AriError) as refused:
            await it.answer("a")

    assert type(refused.value) is expected
    assert "4111" not in chain(refused.value)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>4111</html>", b"[4111", b"{}", b"[]", b"null", b'{"id": 4111}', b"\xff\xfe", b"[" * 50_000],
)
async def test_given_an_answer_that_is_not_aris_then_it_is_unreadable(body: bytes) -> None:
    async with answering(lambda _: web.Response(body=body)) as asterisk:
        for verb in (asterisk.channel("a"), asterisk.info(), asterisk.application("a"), asterisk.bridge("a")):
            with pytest.raises(AnswerUnreadable) as unreadable:
                await verb
            assert "4111" not in chain(unreadable.value)


async def test_given_an_answer_that_is_too_long_then_it_is_unreadable() -> None:
    async with answering(lambda _: web.Response(body=b"[" + b" " * ANSWER_LIMIT + b"]")) as asterisk:
        with pytest.raises(AnswerUnreadable):
            await asterisk.channels()


async def test_given_nobody_listens_then_asterisk_is_unreachable_and_the_error_keeps_no_login() -> None:
    async with Asterisk.open(AriLogin("http://127.0.0.1:9", "ivr", PASSWORD)) as asterisk:
        with pytest.raises(AriUnreachable) as unreachable:
            await asterisk.info()

    assert unreachable.value.__context__ is None
    assert "check that it runs" in str(unreachable.value)


async def test_given_a_connection_that_is_cut_then_asterisk_is_unreachable() -> None:
    async with FakeAsterisk.open() as fake, Asterisk.open(fake.login("ivr")) as asterisk:
        await asterisk.info()
        fake.unreachable = True
        with pytest.raises(AriUnreachable):
            await asterisk.info()


async def test_given_an_answer_that_takes_too_long_then_asterisk_is_unreachable() -> None:
    async with FakeAsterisk.open() as fake, AriApp.open(fake.login("ivr"), "ivr"):
        fake.seconds_per_sound = 60
        call = fake.dial("1000")
        async with Asterisk.open(fake.login("ivr"), timeout=0.1) as asterisk:
            await asterisk.play(call.channel_id, ["sound:long"])
            with pytest.raises(AriUnreachable):
                await asterisk.answer(call.channel_id)


async def test_given_an_id_that_is_taken_then_a_call_with_it_is_refused() -> None:
    # not among the conformance tests: a real Asterisk 22 refuses too, but a ghost of the channel stays in it
    async with FakeAsterisk.open() as fake, AriApp.open(fake.login("ivr"), "ivr") as app:
        await app.asterisk.originate("Local/1000@incoming", "ivr", channel_id="leg-1")
        with pytest.raises(AlreadyExists):
            await app.asterisk.originate("Local/1000@incoming", "ivr", channel_id="leg-1")


@pytest.mark.parametrize("channel_id", ["a/../b", "a?b=c", "ä ö", "a%2Fb", "\ud800", "..", "#"])
async def test_given_a_strange_id_then_it_stays_one_part_of_the_path(channel_id: str) -> None:
    paths: list[str] = []

    def note(request: web.Request) -> web.StreamResponse:
        paths.append(request.raw_path)
        return web.Response(status=204)

    async with answering(note) as asterisk:
        await asterisk.ring(channel_id)

    assert paths[0].startswith("/ari/channels/")
    assert paths[0].count("/") == 4
    assert "?" not in paths[0]


@pytest.mark.parametrize("media", [[], ["hello"], ["sound:ok", "foo:bar"], [""]])
async def test_given_media_that_asterisk_cannot_play_then_it_is_not_asked_to(media: list[str]) -> None:
    async with answering(lambda _: web.Response(status=500)) as asterisk:
        with pytest.raises(ValueError, match="what to play must be"):
            await asterisk.play("a", media)


UNSENDABLE = ",\"'\\()[]{}$"


@given(st.lists(st.text(st.characters(exclude_characters=UNSENDABLE), min_size=1).filter(str.strip), max_size=4))
def test_given_plain_arguments_then_they_arrive_as_they_were(args: list[str]) -> None:
    joined = _joined(args)

    assert (joined.split(",") if joined else []) == args


@given(before=st.text(), unsendable=st.sampled_from(UNSENDABLE), after=st.text())
def test_given_an_argument_that_asterisk_would_split_or_change_then_it_is_refused(
    before: str, unsendable: str, after: str
) -> None:
    with pytest.raises(ValueError, match="argument is empty or holds one of"):
        _joined(["fine", before + unsendable + after])


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_given_an_empty_argument_then_it_is_refused(empty: str) -> None:
    with pytest.raises(ValueError, match="argument is empty"):
        _joined([empty])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8088",
        "ftp://x",
        "http://",
        "http://a:b@host:8088",
        "http://host/?api_key=a:b",
        "http://host/#a",
    ],
)
def test_given_an_address_that_is_none_or_holds_a_login_then_it_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address of Asterisk") as refused:
        AriLogin(url, "ivr", PASSWORD)

    assert PASSWORD not in chain(refused.value)


def test_given_a_user_name_with_a_colon_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="colon"):
        AriLogin("http://127.0.0.1:8088", "a:b", PASSWORD)


def test_given_a_login_then_no_repr_tells_the_password() -> None:
    login = AriLogin("http://127.0.0.1:8088", "ivr", PASSWORD)

    assert repr(login) == str(login) == "AriLogin(base_url='http://127.0.0.1:8088', username='ivr', by_frames=False)"


def test_every_error_says_something_and_is_in_the_tree_of_the_documentation() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AriError)]
    for kind in kinds:
        assert kind.__doc__
        assert kind.__name__ in (errors.__doc__ or "")
