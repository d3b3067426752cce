"""Somebody with Asterisk's password who listens in: before a capture, and in the middle of one.

The gate keeps the call side from all of this; these tests are about who gets past it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from asterisk_ari import AriApp, AriLogin, AriRefused
from pci.contract import CaptureOutcome
from tests.asterisk.digit_ways import CARD, KEYED, Scene

ENDPOINT = "endpoint:PJSIP/rfc4733"
Intrusion = Callable[[Scene, str], Awaitable[object]]


async def subscribe(scene: Scene, channel_id: str) -> None:
    await scene.ask("POST", "applications/nosy/subscription", eventSource=f"channel:{channel_id}")


async def subscribe_the_call_side(scene: Scene, channel_id: str) -> None:
    await scene.ask("POST", "applications/ivr/subscription", eventSource=f"channel:{channel_id}")


async def subscribe_to_the_endpoint(scene: Scene, channel_id: str) -> None:
    await scene.ask("POST", "applications/nosy/subscription", eventSource=ENDPOINT)


async def snoop(scene: Scene, channel_id: str) -> None:
    await scene.ask("POST", f"channels/{channel_id}/snoop", app="nosy", spy="in")


async def bridge(scene: Scene, channel_id: str) -> None:
    made = await scene.ivr.asterisk.create_bridge(("mixing",))
    await scene.ask("POST", f"bridges/{made.id}/addChannel", channel=channel_id)


async def record(scene: Scene, channel_id: str) -> None:
    await scene.ask("POST", f"channels/{channel_id}/record", name=f"of-{channel_id}", format="wav")


BACK, ENDED = CaptureOutcome.NOT_SECURE, CaptureOutcome.HUNG_UP
NO_CARD_ASKED = [
    (subscribe_to_the_endpoint, "caller_not_alone application-hears-endpoint-or-all nosy"),
    (snoop, "caller_not_alone snooped-on"),
]
ENDS_IT = [
    (subscribe, BACK, "caller_not_alone application-subscribed nosy"),
    (subscribe_the_call_side, ENDED, "caller_not_alone application-subscribed ivr"),  # it is not given the caller
    (subscribe_to_the_endpoint, ENDED, "caller_not_alone application-hears-endpoint-or-all nosy"),
    (snoop, ENDED, "caller_not_alone snooped-on"),
    (bridge, BACK, "caller_not_alone in-a-bridge"),
    (record, ENDED, "caller_not_alone recorded"),
]


@pytest.fixture
async def nosy(scene: Scene) -> AsyncIterator[AriApp]:
    """An application of somebody else's."""
    login = AriLogin(scene.asterisk.ari_url, "pci", scene.asterisk.pci_password)
    async with AriApp.open(login, "nosy") as app:
        yield app
        with suppress(AriRefused):  # that it has none; it would keep one for the tests after this
            await app.asterisk.unsubscribe("nosy", ENDPOINT)


@pytest.mark.parametrize(("intrude", "alarm"), NO_CARD_ASKED)
@pytest.mark.usefixtures("nosy")
async def test_given_a_listener_who_cannot_be_removed_then_no_card_is_asked_for(
    scene: Scene, intrude: Intrusion, alarm: str
) -> None:
    async with scene.call() as (_, channel_id):
        await intrude(scene, channel_id)
        async with scene.capture(channel_id) as capture:
            pass
        assert capture.outcome is CaptureOutcome.NOT_SECURE
        assert capture.events == []
        assert scene.alarms == [alarm]


async def test_given_a_listener_who_can_be_removed_then_they_are_and_the_card_comes_in(
    scene: Scene, nosy: AriApp
) -> None:
    async with scene.call() as (phone, channel_id):
        for _ in range(2):  # subscriptions are counted
            await subscribe(scene, channel_id)
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            with nosy.watch(channel_id) as overheard:
                await phone.press(KEYED)
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await overheard.next()
        assert await scene.card_of(capture) == KEYED
        assert scene.keys_told_to_ivr == ""


@pytest.mark.parametrize(("intrude", "outcome", "alarm"), ENDS_IT)
@pytest.mark.usefixtures("nosy")
async def test_given_somebody_who_listens_in_then_the_capture_ends_with_an_alarm(
    scene: Scene, intrude: Intrusion, outcome: CaptureOutcome, alarm: str
) -> None:
    async with scene.call() as (phone, channel_id):
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            await phone.press(CARD[:2])
            await intrude(scene, channel_id)
            await capture.ended.wait()
        assert capture.outcome is outcome
        assert capture.result is not None
        assert capture.result.token is None
        assert scene.alarms[0].startswith(alarm)
        assert scene.keys_told_to_ivr == ""


async def test_given_a_second_client_that_opens_our_application_then_the_call_ends_with_an_alarm(
    scene: Scene,
) -> None:
    login = AriLogin(scene.asterisk.ari_url, "pci", scene.asterisk.pci_password)
    async with scene.call() as (phone, channel_id):
        async with scene.capture(channel_id) as capture:
            await capture.prompted("card-number")
            await phone.press(CARD[:8])
            async with AriApp.open(login, "pci"):
                await phone.wait_ended()
        assert capture.outcome is CaptureOutcome.HUNG_UP
        assert scene.alarms == ["application_taken"]
        assert not scene.desk.health().ready
