"""Who may hear a caller in a capture: an ear of our own, whole and untouched, and nobody else."""

from __future__ import annotations

import pytest

from asterisk_ari import Bridge, Channel
from pci.capture.alone import Kind, Surroundings
from pci.hearing.ear import Ear

CALLER = Channel("1.0", "PJSIP/trunk-00000001", "Up")
EAR = Ear("pci-ear-1-in", "pci-ear-1-out", "pci-ear-1")
SNOOP = Channel(EAR.snoop, "Snoop/1.0-00000001", "Up")
MEDIA = Channel(EAR.media, "UnicastRTP/127.0.0.1:40000-0x1", "Up")
BRIDGE = Bridge(EAR.bridge, "mixing", channel_ids=(EAR.snoop, EAR.media))


def breaches(*channels: Channel, bridge: Bridge = BRIDGE, ears: tuple[Ear, ...] = (EAR,)) -> list[Kind]:
    around = Surroundings((), (bridge,), (CALLER, SNOOP, MEDIA, *channels))
    return [breach.kind for breach in around.breaches(CALLER, "pci", ears)]


def test_our_own_ear_is_no_breach() -> None:
    assert breaches() == []


def test_the_same_snoop_is_one_once_it_is_ours_no_more() -> None:
    assert breaches(ears=()) == [Kind.SNOOP]


@pytest.mark.parametrize(
    "intruder",
    [
        Channel("pci-ear-2-in", "Snoop/1.0-00000002", "Up"),
        Channel("x", f"Snoop/{EAR.snoop}-00000002", "Up"),
        Channel("x", f"Snoop/{EAR.media}-00000002", "Up"),
        Channel("x", "PJSIP/agent-00000002", "Up", running="ChanSpy"),
    ],
)
def test_anybody_else_who_listens_in_is_a_breach(intruder: Channel) -> None:
    assert breaches(intruder) == [Kind.SNOOP]


def test_a_third_party_in_our_bridge_is_a_breach() -> None:
    assert breaches(bridge=Bridge(EAR.bridge, "mixing", channel_ids=(EAR.snoop, EAR.media, "recorder"))) == [
        Kind.SNOOP
    ]
