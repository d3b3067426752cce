"""Security codes between capture and charge: how long they live and what ends them."""

from __future__ import annotations

import asyncio

import pytest

from pci.capture.captures import LIFETIME, Captured, Captures
from pci.card import Cvv, PostalCode
from pci.contract import Brand
from pci.errors import CaptureSpent
from tests.virtual_time import run


def captured() -> tuple[Captured, list[memoryview]]:
    cvv, postal_code = Cvv(bytearray(b"987")), PostalCode(bytearray(b"94110"))
    return Captured("tok_x", Brand.VISA, "1111", cvv, postal_code), [cvv.reveal(), postal_code.reveal()]


def is_wiped(views: list[memoryview]) -> bool:
    return not any(any(view) for view in views)


def test_a_capture_is_spent_once_and_wiped_after_it() -> None:
    async def main() -> None:
        captures, (card, views) = Captures(), captured()
        captures.hold("cap_1", card)
        with captures.spend("cap_1") as spent:
            assert spent is card
            assert not is_wiped(views)
        assert is_wiped(views)
        with pytest.raises(CaptureSpent), captures.spend("cap_1"):
            pass

    run(main())


def test_a_capture_is_wiped_whatever_goes_wrong_while_it_is_spent() -> None:
    async def main() -> None:
        captures, (card, views) = Captures(), captured()
        captures.hold("cap_1", card)
        with pytest.raises(RuntimeError), captures.spend("cap_1"):
            raise RuntimeError
        assert is_wiped(views)

    run(main())


def test_a_capture_lives_for_120_seconds() -> None:
    async def main() -> None:
        captures, (card, views) = Captures(), captured()
        captures.hold("cap_1", card)
        await asyncio.sleep(LIFETIME - 0.1)
        assert not is_wiped(views)
        await asyncio.sleep(0.2)
        assert is_wiped(views)
        with pytest.raises(CaptureSpent), captures.spend("cap_1"):
            pass

    assert LIFETIME == 120.0
    run(main())


def test_what_will_not_be_charged_is_released_and_a_repr_shows_nothing() -> None:
    async def main() -> None:
        captures = Captures()
        cards = [captured() for _ in range(3)]
        for number, (card, _) in enumerate(cards):
            captures.hold(f"cap_{number}", card)
            assert "987" not in repr(card)
        captures.release("cap_0")
        captures.release("cap_0")
        assert [is_wiped(views) for _, views in cards] == [True, False, False]
        captures.release_all()
        assert all(is_wiped(views) for _, views in cards)

    run(main())
