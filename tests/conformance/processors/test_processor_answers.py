"""Any answer whatsoever is understood, or leaves the outcome unknown; it never becomes another kind of exception."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pci.processors import PROCESSORS
from pci.processors.base import Account, ProcessorError
from pci.processors.wire import Reply
from tests.conformance.processors.benches import order_for

WORDS = st.sampled_from(
    "error object id status state reference payment_intent payment_method charge refund latest_charge refunded "
    "approved authorized declined voided requires_capture succeeded canceled requires_action "
    "processing pi_1 chg code decline_code last_payment_error approval_code message type card_error data "
    "url has_more".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=12,
)
BODIES = st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode())
STATUSES = st.sampled_from([200, 201, 204, 301, 400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503])


class Answering:
    """Stands where the wire is, and gives the same answer to everything."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply

    def __call__(self, _: str) -> Answering:
        return self

    async def request(self, *_: object) -> Reply:
        return self.reply

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("name", PROCESSORS)
@settings(deadline=None)
@given(status=STATUSES, body=BODIES)
def test_given_any_answer_then_a_result_or_one_of_our_errors(name: str, status: int, body: bytes) -> None:
    asyncio.run(ask_everything(name, Reply(status, {}, body)))


async def ask_everything(name: str, reply: Reply) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"pci.processors.{name}.Wire", Answering(reply))
        processor = PROCESSORS[name](Account("http://127.0.0.1:1", "key-of-the-demo-shop"))
        order = order_for()
        for question in (
            processor.charge(order, "pi_1"),
            processor.prepare(order),
            processor.lookup("pi_1"),
            processor.collect("pi_1"),
        ):
            with suppress(ProcessorError):
                await question
        with suppress(ProcessorError):
            await processor.void("pi_1")


@pytest.mark.parametrize("name", PROCESSORS)
async def test_given_an_answer_about_another_charge_then_it_is_not_taken_for_ours(name: str) -> None:
    other = b'{"reference": "other", "state": "approved", "decline_code": null, "approval_code": "A1"}'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"pci.processors.{name}.Wire", Answering(Reply(200, {}, other)))
        processor = PROCESSORS[name](Account("http://127.0.0.1:1", "key-of-the-demo-shop"))
        with pytest.raises(ProcessorError):
            await processor.charge(order_for(), "mine")
