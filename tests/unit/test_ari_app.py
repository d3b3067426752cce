"""An application over a real WebSocket of the fake's: bad frames, dead and lost connections, what is logged."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from asterisk_ari import (
    ApplicationClosed,
    ApplicationReplaced,
    AriApp,
    AriError,
    AriLogin,
    AriRefused,
    AriSocket,
    AriUnreachable,
    Asterisk,
    ChannelDtmfReceived,
    Gap,
    LoginRefused,
    StasisStart,
)
from asterisk_ari.events import parse
from asterisk_ari.fake import FakeAsterisk
from asterisk_ari.road import ANSWER_LIMIT
from asterisk_ari.stream import pauses

DEADLINE = 10.0


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk.open({"ivr": "ivr-password"}, gate=tmp_path / "gate.sock") as asterisk:
        yield asterisk


@pytest.fixture(params=["http", "socket"])
async def ivr(request: pytest.FixtureRequest, fake: FakeAsterisk, tmp_path: Path) -> AsyncIterator[AriApp]:
    where = fake.login("ivr") if request.param == "http" else AriSocket(tmp_path / "gate.sock")
    async with AriApp.open(where, "ivr", heartbeat=0.2) as app:
        yield app


async def arrival(app: AriApp) -> StasisStart:
    async with asyncio.timeout(DEADLINE):
        async for start in app.arrivals():
            return start
    raise AssertionError


@pytest.mark.parametrize("frame", [b"\xff\xfe\xfd", b"x" * (ANSWER_LIMIT + 1)], ids=["not UTF-8", "too long"])
async def test_given_a_frame_that_breaks_the_protocol_then_there_is_a_gap_and_a_new_connection(
    fake: FakeAsterisk, ivr: AriApp, frame: bytes
) -> None:
    call = fake.dial("1000")
    with ivr.watch((await arrival(ivr)).channel_id) as events:
        async with asyncio.timeout(DEADLINE):
            fake.send_frame("ivr", frame)

            assert [await events.next(), await events.next()] == [Gap(over=False), Gap(over=True)]
            call.press("1")
            assert await events.next() == ChannelDtmfReceived(call.channel_id, "1")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    frames=st.lists(st.text(max_size=60).map(str.encode) | st.just(b'{"type": "ChannelDtmfReceived"}'), max_size=8)
)
def test_given_any_text_frames_then_the_client_goes_on(frames: list[bytes]) -> None:
    async def scenario() -> None:
        async with FakeAsterisk.open() as fake, AriApp.open(fake.login("ivr"), "ivr") as app:
            call = fake.dial("1000")
            with app.watch((await arrival(app)).channel_id) as events:
                for frame in frames:
                    fake.send_frame("ivr", frame)
                call.press("7")
                found = [await events.next() for _ in range(len(unreadable) + 1)]
            assert found == [Gap(over=True)] * len(unreadable) + [ChannelDtmfReceived(call.channel_id, "7")]

    unreadable = [frame for frame in frames if not isinstance(parse(frame), ApplicationReplaced)]
    with capture_logs():
        asyncio.run(scenario())


async def test_given_a_host_that_lost_its_power_then_the_gap_opens_by_heartbeat(
    fake: FakeAsterisk, ivr: AriApp
) -> None:
    fake.dial("1000")
    with ivr.watch((await arrival(ivr)).channel_id) as events:
        async with asyncio.timeout(DEADLINE):
            fake.freeze_connections()

            assert [await events.next(), await events.next()] == [Gap(over=False), Gap(over=True)]


async def test_given_an_asterisk_that_comes_up_late_then_it_is_waited_for(fake: FakeAsterisk) -> None:
    fake.unreachable = True
    asyncio.get_running_loop().call_later(0.2, setattr, fake, "unreachable", False)

    async with AriApp.open(fake.login("ivr"), "ivr") as app:
        assert app.connected


async def test_given_no_asterisk_then_opening_fails_when_patience_ends() -> None:
    with pytest.raises(AriUnreachable, match="check that it runs"):
        async with AriApp.open(AriLogin("http://127.0.0.1:9", "ivr", "x"), "ivr", patience=0.2):
            pass


@pytest.mark.parametrize("asterisk_is_there", [True, False])
async def test_given_a_login_that_fails_then_no_error_behind_the_error_holds_it(
    fake: FakeAsterisk, asterisk_is_there: bool
) -> None:
    login = AriLogin(fake.base_url if asterisk_is_there else "http://127.0.0.1:9", "ivr", "a-most-secret-word")
    with pytest.raises(AriError) as failed:
        async with AriApp.open(login, "ivr", patience=0.3):
            pass

    shown = "".join(traceback.TracebackException.from_exception(failed.value, capture_locals=False).format())
    behind = failed.value.__cause__ or failed.value.__context__
    while behind is not None:
        assert not type(behind).__module__.startswith("aiohttp")
        behind = behind.__cause__ or behind.__context__
    assert login.password not in shown
    assert login.authorization not in shown


async def test_given_an_asterisk_that_does_not_let_us_choose_events_then_they_come_all_the_same(
    fake: FakeAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_asterisk: Asterisk, _app: str, _types: object) -> None:
        raise AriRefused(403, "PUT applications")

    monkeypatch.setattr(Asterisk, "tell_only", refuse)
    async with AriApp.open(fake.login("ivr"), "ivr") as app:
        call = fake.dial("1000")
        with app.watch((await arrival(app)).channel_id) as events:
            call.press("1")
            async with asyncio.timeout(DEADLINE):
                assert await events.next() == ChannelDtmfReceived(call.channel_id, "1")


async def test_given_a_failure_inside_then_it_comes_out_as_it_is(fake: FakeAsterisk) -> None:
    with pytest.raises(ZeroDivisionError):
        async with AriApp.open(fake.login("ivr"), "ivr"):
            raise ZeroDivisionError


async def test_given_an_open_application_when_it_is_cancelled_then_it_closes(fake: FakeAsterisk) -> None:
    async def serve() -> None:
        async with AriApp.open(fake.login("ivr"), "ivr") as app:
            opened.set()
            await arrival(app)

    opened = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(serve())
        await opened.wait()
        task.cancel()
    async with asyncio.timeout(DEADLINE):
        await fake.until(lambda asterisk: not asterisk.app_names)


async def test_given_a_closed_application_then_its_readers_are_told(fake: FakeAsterisk) -> None:
    async with AriApp.open(fake.login("ivr"), "ivr") as app:
        with app.watch("a") as events:
            pass
    with pytest.raises(ApplicationClosed):
        await arrival(app)
    with app.watch("b") as events, pytest.raises(ApplicationClosed):
        await events.next()


async def test_given_one_loss_after_another_then_each_gap_is_told_once(fake: FakeAsterisk, ivr: AriApp) -> None:
    call = fake.dial("1000")
    with ivr.watch((await arrival(ivr)).channel_id) as events:
        async with asyncio.timeout(DEADLINE):
            for _ in range(3):
                fake.drop_connections()
                assert [await events.next(), await events.next()] == [Gap(over=False), Gap(over=True)]
            call.press("1")
            assert await events.next() == ChannelDtmfReceived(call.channel_id, "1")


async def test_given_a_loss_while_resyncing_then_it_is_tried_again(fake: FakeAsterisk, ivr: AriApp) -> None:
    fake.dial("1000")
    with ivr.watch((await arrival(ivr)).channel_id) as events, capture_logs() as logs:
        async with asyncio.timeout(DEADLINE):
            fake.unreachable = True
            fake.drop_connections()
            assert await events.next() == Gap(over=False)
            while [entry["event"] for entry in logs].count("ari_connection_failed") < 2:
                await asyncio.sleep(0.01)  # readers are not told of attempts that fail
            assert not ivr.connected
            fake.unreachable = False

            assert await events.next() == Gap(over=True)


def test_pauses_grow_to_a_limit_and_are_never_the_same() -> None:
    first, later = list(islice(pauses(), 3)), list(islice(pauses(), 10, 40))

    assert all(0 < pause <= 0.4 for pause in first)
    assert all(2.5 <= pause <= 5 for pause in later)
    assert len(set(later)) > 1


async def test_given_a_call_with_a_gap_and_bad_frames_then_no_log_tells_a_key_a_number_or_the_password(
    fake: FakeAsterisk,
) -> None:
    with capture_logs() as logs:
        async with AriApp.open(fake.login("ivr"), "ivr") as app:
            call = fake.dial("1000", caller="+15550199")
            with app.watch((await arrival(app)).channel_id) as events:
                call.press("4111111111111111")
                fake.send_frame("ivr", b'{"type": "ChannelDtmfReceived", "digit": "4111111111111111"}')
                fake.drop_connections()
                while await events.next() != Gap(over=False):
                    pass
                await events.next()
        with pytest.raises(LoginRefused):
            async with AriApp.open(AriLogin(fake.base_url, "ivr", "wrong-password"), "ivr"):
                pass

    assert {entry["event"] for entry in logs} == {"ari_connected", "ari_connection_lost", "ari_connection_failed"}
    assert {field for entry in logs for field in entry} <= {"event", "log_level", "app", "reason"}
    for secret in ("4111", "5550199", "1000", "password"):
        assert secret not in str(logs)
