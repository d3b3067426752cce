"""How long a card stays in the vault: minutes, unless its holder agreed to have it kept."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from pci.audit import Audit
from pci.card import Expiry, Pan
from pci.contract import Brand, KeptCard
from pci.errors import CardExpired, CardGone, NotFound, RecordBroken
from pci.keys import KeyRing
from pci.store import Store
from pci.vault import Vault

DAY = 86400.0
LIMITS = {"unkept": 240.0, "unused": 400 * DAY}
NOON = datetime(2026, 11, 22, 12).timestamp()


@dataclass
class Clock:
    """Set by hand."""

    time: float = NOON

    def __call__(self) -> float:
        return self.time


@dataclass
class Rig:
    """A vault and its clock."""

    vault: Vault
    store: Store
    folder: Path
    clock: Clock

    async def put(self, expiry: str = "1227") -> str:
        return await self.vault.put(Pan(bytearray(b"4111111111111111")), Expiry(bytearray(expiry.encode())))

    async def there(self, token: str) -> bool:
        async with self.store.transaction() as database:
            return bool(await database.execute_fetchall("SELECT 1 FROM tokens WHERE token = ?", (token,)))

    def told(self) -> list[tuple[str, str]]:
        """Kind and detail of what the audit log says of cards."""
        (log,) = (self.folder / "audit").glob("*.jsonl")
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        return [(line["kind"], line["detail"]) for line in lines if line["kind"].startswith("card")]


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with Store.open(tmp_path / "pci.db") as store, Audit.open(tmp_path / "audit", b"k" * 32) as audit:
        clock = Clock()
        yield Rig(Vault(store, KeyRing(os.urandom(32)), audit, clock), store, tmp_path, clock)


async def test_given_a_card_that_nobody_kept_then_its_token_tells_and_opens_nothing(rig: Rig) -> None:
    token = await rig.put()
    with pytest.raises(NotFound):
        await rig.vault.find(token)
    with pytest.raises(CardGone):
        async with rig.vault.use_kept(token):
            pass


async def test_given_a_card_that_nobody_kept_then_it_is_destroyed_after_minutes(rig: Rig) -> None:
    token = await rig.put()
    rig.clock.time += 239
    await rig.vault.purge(**LIMITS)
    assert await rig.there(token)
    rig.clock.time += 2
    await rig.vault.purge(**LIMITS)
    await rig.vault.purge(**LIMITS)
    assert not await rig.there(token)
    assert rig.told() == [("card-stored", ""), ("cards-purged", "1 not kept")]
    with pytest.raises(NotFound):
        await rig.vault.keep(token)


async def test_given_a_card_that_is_kept_then_it_stays_and_tells_all_but_its_number_and_date(rig: Rig) -> None:
    token = await rig.put()
    kept = await rig.vault.keep(token)
    assert await rig.vault.keep(token) == kept == KeptCard(token=token, brand=Brand.VISA, last4="1111", expired=False)
    rig.clock.time += 399 * DAY
    await rig.vault.purge(**LIMITS)
    assert await rig.there(token)
    assert rig.told() == [("card-stored", ""), ("card-kept", "")]


async def test_given_a_kept_card_then_each_charge_starts_its_time_anew_and_without_one_it_is_destroyed(
    rig: Rig,
) -> None:
    token = await rig.put("1240")
    await rig.vault.keep(token)
    for _ in range(2):
        rig.clock.time += 399 * DAY
        await rig.vault.purge(**LIMITS)
        async with rig.vault.use_kept(token) as card:
            assert card.pan.last4 == "1111"
    rig.clock.time += 401 * DAY
    await rig.vault.purge(**LIMITS)
    assert not await rig.there(token)
    assert rig.told()[-1] == ("cards-purged", "1 unused")


@pytest.mark.parametrize(
    ("day", "expired"),
    [(datetime(2027, 12, 31, 23, 59), False), (datetime(2028, 1, 1, 0, 1), True), (datetime(2035, 5, 5), True)],
)
async def test_given_a_kept_card_then_it_is_valid_through_the_last_day_of_its_month(
    rig: Rig, day: datetime, expired: bool
) -> None:
    token = await rig.put("1227")
    await rig.vault.keep(token)
    rig.clock.time = day.timestamp()
    assert (await rig.vault.find(token)).expired is expired
    if expired:
        with pytest.raises(CardExpired):
            async with rig.vault.use_kept(token):
                pass


@pytest.mark.parametrize("change", ["last4 = '0002'", "brand = 'amex'"])
async def test_given_a_record_that_is_made_to_look_like_another_card_then_it_does_not_open(
    rig: Rig, change: str
) -> None:
    token = await rig.put()
    await rig.vault.keep(token)
    async with rig.store.transaction() as database:
        await database.execute(f"UPDATE tokens SET {change}")
    with pytest.raises(RecordBroken):
        await rig.vault.find(token)


async def test_given_a_kept_card_that_is_forgotten_then_it_is_gone(rig: Rig) -> None:
    token = await rig.put()
    await rig.vault.keep(token)
    await rig.vault.forget(token)
    assert not await rig.there(token)
    with pytest.raises(NotFound):
        await rig.vault.find(token)
