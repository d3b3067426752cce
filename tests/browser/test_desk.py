"""An agent at work: calls come, cards are keyed as dots, and every button says what it does."""

from __future__ import annotations

from playwright.async_api import Page, expect

from ivr.agents.view import FieldView
from pci.contract import Brand, CaptureOutcome, CardField, ChargeState, DeclineReason, EntryError
from tests.browser.stage import CALLER, CONTEXT, Scene, press, stage

NUMBER, EXPIRY, CODE = CardField.NUMBER, CardField.EXPIRY, CardField.SECURITY_CODE


async def take_payment(page: Page, amount: str = "125.40") -> None:
    await page.get_by_label("Amount").fill(amount)
    await page.get_by_label("Invoice or account").fill("INV-2041")
    async with page.expect_response("**/desk/do/take-payment"):
        await press(page, "Take payment")


async def keyed(scene: Scene) -> None:
    """The whole card, and it goes to the bank."""
    for field in (NUMBER, EXPIRY, CODE):
        scene.desk.judge("anna", field, FieldView("accepted", 0 if field is CODE else 4))
    scene.desk.captured("anna", brand=Brand.VISA, last4="1111")


async def test_given_a_caller_then_the_agent_sees_who_and_why_and_takes_the_call(scene: Scene) -> None:
    page = await scene.desk_of()
    scene.desk.ring("anna", CALLER, CONTEXT, "billing")
    await expect(stage(page)).to_have_text("A call for you")
    await expect(page.locator("#call")).to_contain_text(CALLER)
    await expect(page.locator("#call .context")).to_contain_text("declined twice")
    await press(page, "Take the call")
    await expect(stage(page)).to_have_text("What it is about")
    scene.desk.join("anna")
    await expect(stage(page)).to_have_text("You are talking")


async def test_given_a_card_that_is_keyed_then_each_key_is_a_dot_and_no_digit(scene: Scene) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page)
    await expect(stage(page)).to_have_text("The caller keys the card")
    number = page.locator("#field-payment-card-number")
    for entered in (1, 2, 16):
        scene.desk.key("anna", NUMBER, entered)
        await expect(number.locator(".dots i")).to_have_count(entered)
    scene.desk.judge("anna", NUMBER, FieldView("accepted", 16))
    await expect(number).to_contain_text("accepted")
    scene.desk.key("anna", CODE, 3)
    await expect(page.locator("#field-security-code .dots i")).to_have_count(1)  # not even how many


async def test_given_the_bank_says_yes_then_brand_and_last_four_digits_are_shown_and_a_receipt_goes_out(
    scene: Scene,
) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page)
    await keyed(scene)
    await expect(page.locator("#card")).to_contain_text("The caller hears the amount and confirms.")
    scene.desk.sent("anna")
    await expect(stage(page)).to_have_text("The card is being charged")
    await expect(page.locator("#card")).to_contain_text("One moment: the bank answers.")
    scene.desk.charged("anna", ChargeState.APPROVED)
    await expect(page.locator("#card")).to_contain_text("Visa •••• 1111 approved")
    await page.get_by_label("Receipt to").fill("caller@example.com")
    async with page.expect_response("**/desk/do/send-receipt"):
        await press(page, "Send receipt")
    assert scene.desk.receipts == [("email", "caller@example.com")]


async def test_given_a_decline_then_the_page_says_why_and_what_to_say(scene: Scene) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page)
    await keyed(scene)
    scene.desk.charged("anna", ChargeState.DECLINED, DeclineReason.INSUFFICIENT_FUNDS)
    await expect(page.locator("#card")).to_contain_text("There is not enough on it.")
    await expect(page.locator("#card .say")).to_contain_text("Would you like to use another card?")
    await take_payment(page)
    await expect(stage(page)).to_have_text("The caller keys the card")


async def test_given_a_wrong_expiry_then_the_agent_talks_asks_that_field_again_and_goes_on(scene: Scene) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page)
    scene.desk.judge("anna", NUMBER, FieldView("accepted", 16))
    scene.desk.judge("anna", EXPIRY, FieldView("rejected", 4, error=EntryError.INVALID_DATE))
    await expect(page.locator("#field-expiration-date")).to_contain_text("the card has expired, or the date is wrong")
    await press(page, "Talk to the caller")
    await expect(stage(page)).to_have_text("You are talking, the card waits")
    await press(page, "Ask again: Expiry date")
    await expect(stage(page)).to_have_text("The caller keys the card")
    await expect(page.locator("#field-expiration-date")).to_contain_text("try 2")
    await expect(page.locator("#field-payment-card-number")).to_contain_text("accepted")


async def test_given_a_payment_that_was_sent_when_it_is_cancelled_then_the_page_says_that_a_refund_is_asked_for(
    scene: Scene,
) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page)
    await keyed(scene)
    scene.desk.sent("anna")
    await press(page, "Ask for the payment to be undone")
    await expect(page.locator("#card")).to_contain_text("a refund is asked for")


async def test_given_a_payment_that_is_called_off_then_nothing_was_charged_and_they_talk_on(scene: Scene) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page)
    await press(page, "Cancel the payment")
    await expect(page.locator("#card")).to_contain_text("The payment was called off. Nothing was charged.")
    await expect(stage(page)).to_have_text("You are talking")
    assert scene.desk.board.of("anna").call.payment.told == CaptureOutcome.CANCELLED  # type: ignore[union-attr]


async def test_given_a_stage_then_only_the_buttons_that_can_be_used_are_there(scene: Scene) -> None:
    page = await scene.desk_of()

    async def buttons() -> set[str]:
        return set(await page.locator(".desk button:visible").all_inner_texts())

    assert await buttons() == {"Take a break", "End work", "Call"}
    await scene.talking(page)
    assert await buttons() == {"Take payment", "Hang up"}
    await take_payment(page)
    await expect(stage(page)).to_have_text("The caller keys the card")
    assert await buttons() == {"Talk to the caller", "Cancel the payment"}
    await keyed(scene)
    await expect(stage(page)).to_have_text("The caller confirms")
    assert await buttons() == {"Cancel the payment"}
    scene.desk.sent("anna")
    await expect(stage(page)).to_have_text("The card is being charged")
    assert await buttons() == {"Ask for the payment to be undone"}


async def test_given_the_caller_hangs_up_then_the_agent_writes_it_up_and_is_ready_again(scene: Scene) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await page.get_by_label("Notes").fill("Pays the rest on Friday.")
    scene.desk.caller_hangs_up("anna")
    await expect(page.locator("#status")).to_contain_text("The caller hung up.")
    await expect(page.get_by_label("Notes")).to_have_value("Pays the rest on Friday.")
    await press(page, "Done, take calls again")
    await expect(page.locator("#my-status")).to_have_text("Ready for calls")
    assert [kept.notes for kept in scene.desk.kept] == ["Pays the rest on Friday."]


async def test_given_a_card_number_in_the_notes_then_it_is_refused_in_place_and_never_leaves_the_page(
    scene: Scene,
) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    await page.get_by_label("Notes").fill("card 4111 1111 1111 1111 she said")
    await expect(page.locator("#notes_told")).to_contain_text("A card number stands in the notes.")
    scene.desk.caller_hangs_up("anna")
    await press(page, "Done, take calls again")
    await expect(stage(page)).to_have_text("The call is over")
    assert scene.desk.kept == []
    assert not [line for line in sent if "4111" in line]
    await page.get_by_label("Notes").fill("pays by phone")
    await press(page, "Done, take calls again")
    await expect(page.locator("#my-status")).to_have_text("Ready for calls")


async def test_given_an_amount_that_is_none_then_the_page_says_beside_it_how_to_write_one(scene: Scene) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await take_payment(page, "0")
    await expect(page.locator("#payment_told")).to_contain_text("write it as 125.40")
    await expect(page.get_by_label("Amount")).to_have_value("0")


async def test_given_an_agent_who_calls_out_then_it_rings_there_and_they_talk(scene: Scene) -> None:
    page = await scene.desk_of()
    await page.get_by_label("Call somebody").fill("+48 22 111 22 33")
    await press(page, "Call")
    await expect(stage(page)).to_have_text("Calling")
    await expect(page.locator("#call")).to_contain_text("+48221112233")
    scene.desk.join("anna")
    await expect(stage(page)).to_have_text("You are talking")


async def test_given_a_session_that_ends_in_a_call_then_the_page_says_so_and_stays_with_all_that_was_written(
    scene: Scene,
) -> None:
    page = await scene.desk_of()
    await scene.talking(page)
    await page.get_by_label("Notes").fill("Pays the rest on Friday.")
    anna = await scene.account("anna")
    await scene.behind.sessions.end_all(anna.id)
    await expect(page.locator("#signed-out")).to_be_visible()
    await press(page, "Hang up")
    await expect(page.locator("#problem")).to_contain_text("Sign in again. Calls go on meanwhile.")
    await expect(stage(page)).to_have_text("You are talking")
    await expect(page.get_by_label("Notes")).to_have_value("Pays the rest on Friday.")
