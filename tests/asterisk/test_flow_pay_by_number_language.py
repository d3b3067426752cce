"""The shipped flow pay-by-number-language, from a real phone: who dials the Spanish number pays in Spanish."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack.demo.caller import Card
from stack.demo.verdict import booked, card_digits_seen, released
from stack.product import Plan, product
from tests.asterisk.paying import Listener, pay, phone_for

pytestmark = [pytest.mark.peer, pytest.mark.timeout(240)]


async def test_a_caller_of_the_spanish_number_pays_in_spanish(tmp_path: Path) -> None:
    # given the product with its shipped flows, and a phone
    listener = Listener()
    async with product(Plan(tmp_path / "product", listener=listener)) as running_product:
        # when its owner dials the Spanish number and pays
        async with phone_for(running_product, "pjsua2", tmp_path / "phone") as phone:
            caller = await pay(phone, listener, number="1021")
        # then every word was Spanish, the amount too
        said = [line for line in running_product.ivr.log if line.get("event") == "prompt_spoken"]
        texts = [line["text"] for line in said if line["by"] == "ivr"]
        assert texts[0] == "Bienvenido a nuestra línea de pagos."
        assert any(text.startswith("Usted debe 125 dólares con 40 centavos") for text in texts)
        assert any(text.startswith("Usted pagó 125 dólares con 40 centavos") for text in texts)
        # and so is the text message, the card is charged once, and the call side met no digit of it
        assert [(row["amount"], row["state"]) for row in booked(running_product)] == [(12540, "approved")]
        assert running_product.smsc is not None
        text = await running_product.smsc.expect(lambda line: "text" in line)
        assert text["text"] == "Pago recibido: 125,40 USD por factura INV-2026-1107, Visa terminada en 1111. Gracias."
        assert await released(running_product)
        assert card_digits_seen(running_product, Card.APPROVED, caller.pressed_in_menus) == 0
