"""Hearing a caller: a snoop on their channel, bridged with external media, and what becomes of both."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from asterisk_ari import AriApp, AriRefused, ChannelDestroyed, NotFound, StasisEnd, StasisStart
from tests.conformance.ari_calls import DEADLINE, answered_call, first, keys, kinds, seen
from tests.conformance.ari_targets import Target


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """Where the sound is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def address(port: socket.socket) -> str:
    host, number = port.getsockname()
    return f"{host}:{number}"


async def test_given_a_snoop_when_the_caller_presses_keys_and_is_moved_then_it_stays_and_the_keys_go_on(
    target: Target, ivr: AriApp, pci: AriApp
) -> None:
    async with answered_call(target, ivr) as (phone, at_ivr):
        with pci.watch("pci-ear") as ear, pci.watch(phone.channel_id) as at_pci:
            # given
            snoop = await pci.asterisk.snoop(phone.channel_id, "pci", snoop_id="pci-ear")
            await first(ear, StasisStart)
            assert snoop.id == "pci-ear"
            assert snoop.name.startswith(f"Snoop/{phone.channel_id}-")
            # when
            await phone.press("1")
            assert await keys(at_ivr, 1) == "1"
            await ivr.asterisk.move(phone.channel_id, "pci")
            await first(at_pci, StasisStart)
            # then
            assert (await pci.asterisk.channel("pci-ear")).running == "Stasis"
            # and it ends with the call, by a word of its application's and no other
            await phone.hang_up()
            told, _ = await seen(ear, StasisEnd)
            assert kinds(told) == ["StasisEnd"]


async def test_given_external_media_in_a_bridge_then_what_the_snoop_hears_comes_from_the_port_that_was_told(
    target: Target, ivr: AriApp, pci: AriApp, port: socket.socket
) -> None:
    async with answered_call(target, ivr) as (phone, _):
        with pci.watch("pci-out") as out, pci.watch("pci-in") as ear:
            media = await pci.asterisk.external_media("pci", address(port), channel_id="pci-out")
            await first(out, StasisStart)
            assert media.channel.id == "pci-out"
            assert media.host == "127.0.0.1"
            assert media.port not in (0, port.getsockname()[1])
            await pci.asterisk.snoop(phone.channel_id, "pci", snoop_id="pci-in")
            await first(ear, StasisStart)
            bridge = await pci.asterisk.create_bridge()
            for channel in ("pci-out", "pci-in"):
                await pci.asterisk.add_channel(bridge.id, channel)
            assert set((await pci.asterisk.bridge(bridge.id)).channel_ids) == {"pci-out", "pci-in"}

            await pci.asterisk.hang_up("pci-in")
            await pci.asterisk.hang_up("pci-out")
            async with asyncio.timeout(DEADLINE):
                await seen(out, ChannelDestroyed)
                await seen(ear, StasisEnd)
            await pci.asterisk.destroy_bridge(bridge.id)
            with pytest.raises(NotFound):
                await pci.asterisk.channel("pci-out")


async def test_what_cannot_be_heard_or_sent_is_refused(
    target: Target, ivr: AriApp, pci: AriApp, port: socket.socket
) -> None:
    with pytest.raises(NotFound):
        await pci.asterisk.snoop("nobody", "pci")
    with pytest.raises(AriRefused):
        await pci.asterisk.external_media("pci", "127.0.0.1")
    with pytest.raises(AriRefused):
        await pci.asterisk.external_media("pci", address(port), encoding="no-such-format")
    with pci.watch("pci-once") as out:
        await pci.asterisk.external_media("pci", address(port), channel_id="pci-once")
        await first(out, StasisStart)
        with pytest.raises(AriRefused):
            await pci.asterisk.external_media("pci", address(port), channel_id="pci-once")
        await pci.asterisk.hang_up("pci-once")
