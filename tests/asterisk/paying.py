"""A caller who pays an invoice of the running product, with any phone."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from stack.demo.caller import ACCOUNT, Caller, Card
from stack.phones import PHONES, Phone
from stack.processes import Line
from stack.product import Product

CALL_SECONDS = 120.0


class Listener:
    """Hands the call side's log lines on to whoever is listening now."""

    def __init__(self) -> None:
        self.caller: Caller | None = None

    def __call__(self, name: str, line: Line) -> None:
        """Take in a line."""
        if name == "ivr" and self.caller:
            self.caller.hear(line)


def phone_for(product: Product, name: str, folder: Path) -> AbstractAsyncContextManager[Phone]:
    """One of the three phones, pointed at the product."""
    return PHONES[name](folder, product.asterisk.sip_port)


async def pay(
    phone: Phone, listener: Listener, card: Card = Card.APPROVED, number: str = "1000", account: str = ACCOUNT
) -> Caller:
    """Dial, answer every prompt, stay until the call is over."""
    return await stay(Caller(card, phone, lambda keys, secret: None, account), listener, number)


async def stay(caller: Caller, listener: Listener, number: str, seconds: float = CALL_SECONDS) -> Caller:
    """Dial, and let the caller answer prompts until the call is over."""
    listener.caller = caller
    await caller.call(number, seconds)
    return caller
