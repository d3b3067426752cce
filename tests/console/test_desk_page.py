"""The parts of an agent's page, at every point of a call and in every language, made without a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from ivr.accounts.role import Role
from ivr.agents import errors
from ivr.agents.errors import AgentError
from ivr.agents.taking import VOID_NOT_REQUESTED, VOID_REQUESTED
from ivr.agents.view import AgentView, CallView, FieldView, Notice, PaymentView, Stage, Status
from ivr.calls.lookups import PaidAlready, SeveralBills
from ivr.console.acting import ACTS
from ivr.console.pages.desk import FRAGMENTS, text_of
from ivr.console.rendering import LANGUAGES, Rendering
from ivr.console.spoken import said
from ivr.console.usable import usable
from ivr.flow.call import LookupFailed
from ivr.flow.steps.pay import Pay
from ivr.money import CURRENCIES, Money
from pci.contract import Brand, CaptureOutcome, CardField, ChargeState, DeclineReason, EntryError
from tests.console.rig import console

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RENDERING = Rendering.load()
CALL = CallView("c1", Stage.TALKING, AT, "+15550100777", queue="billing", context=(("Account", "ending 42"),))
PAYMENT = PaymentView(Money(12540, "USD"), "INV-2041", {field: FieldView() for field in CardField})
VIEW = AgentView("anna", "Anna", Status.ON_CALL, AT, CALL)


def shown(view: AgentView, language: str = "en") -> str:
    """All parts of the page, and what a screen reader is told."""
    t = RENDERING.texts(language)
    values = {"view": view, "call": view.call, "can": usable(view), "currencies": CURRENCIES, "visit": None, "t": t}
    parts = [RENDERING.page(f"desk/{name}.html.jinja", **values) for name in FRAGMENTS]
    return "\n".join([*parts, said(view, t)])


def paying(**changed: object) -> AgentView:
    return replace(VIEW, call=replace(CALL, payment=replace(PAYMENT, **changed)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("stage", "language"), list(product(Stage, LANGUAGES)))
def test_given_a_stage_then_its_part_of_the_page_can_be_made_and_every_button_does_something(
    stage: Stage, language: str
) -> None:
    page = shown(replace(VIEW, call=replace(CALL, stage=stage, payment=PAYMENT)), language)
    buttons = re.findall(r'hx-post="/desk/do/([a-z-]+)"', page)
    assert buttons
    assert set(buttons) <= ACTS.keys()


@pytest.mark.parametrize(("status", "notice", "language"), list(product(Status, Notice, LANGUAGES)))
def test_given_a_status_and_a_notice_then_both_are_in_words(status: Status, notice: Notice, language: str) -> None:
    assert shown(replace(VIEW, call=None, status=status, notice=notice), language)


@pytest.mark.parametrize(("reason", "language"), list(product(DeclineReason, LANGUAGES)))
def test_given_a_decline_then_there_are_words_for_the_agent_and_for_the_caller(
    reason: DeclineReason, language: str
) -> None:
    page = shown(paying(state=ChargeState.DECLINED, decline_reason=reason, brand=Brand.VISA, last4="1111"), language)
    assert 'class="say"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_somebody_who_is_to_be_called_back_then_the_page_says_so_and_the_agent_may_decline(
    language: str,
) -> None:
    page = shown(replace(VIEW, call=replace(CALL, stage=Stage.RINGING, called_back=True)), language)
    assert RENDERING.texts(language)("called-back") in page
    assert "/desk/do/decline" in page


@pytest.mark.parametrize(
    ("language", "confirms", "answers"),
    [
        ("en", "The caller hears the amount and confirms.", "One moment: the bank answers."),
        ("es", "La persona oye el importe y lo confirma.", "Un momento: el banco responde."),
    ],
)
def test_given_a_card_that_is_whole_then_the_bank_is_named_only_once_it_is_asked(
    language: str, confirms: str, answers: str
) -> None:
    call = replace(CALL, stage=Stage.CHARGING, payment=PAYMENT)
    page = shown(replace(VIEW, call=call), language)
    assert confirms in page
    assert answers not in page
    assert RENDERING.texts(language)("do-cancel") in page

    call = replace(call, payment=replace(PAYMENT, state=ChargeState.PENDING))
    page = shown(replace(VIEW, call=call), language)
    assert confirms not in page
    assert answers in page
    assert RENDERING.texts(language)("do-cancel-sent") in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_any_outcome_brand_or_mistake_then_there_are_words_for_it(language: str) -> None:
    for state in ChargeState:
        shown(paying(state=state), language)
    paid = set(Pay.outcomes) - {"no-stored-card", "caller-unknown"}  # agents take new cards only
    unclear = [failed.outcome for failed in (LookupFailed, SeveralBills, PaidAlready)]
    for told in (*CaptureOutcome, *paid, *unclear, "not-confirmed", VOID_REQUESTED, VOID_NOT_REQUESTED):
        shown(paying(told=str(told)), language)
    for brand in Brand:
        shown(paying(state=ChargeState.APPROVED, brand=brand, last4="1111"), language)
    for error in EntryError:
        shown(paying(fields={CardField.NUMBER: FieldView("rejected", 4, 2, error)}), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_any_refusal_then_there_are_words_for_it(language: str) -> None:
    every = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AgentError)]
    assert len(every) > 10
    for kind in every:
        assert RENDERING.texts(language)(text_of(kind()))


def test_given_sixteen_digits_then_the_page_holds_sixteen_dots_and_the_screen_reader_hears_one_sentence() -> None:
    words = {said(paying(fields={CardField.NUMBER: FieldView("entering", n)}), RENDERING.texts("en")) for n in (1, 9)}
    assert len(words) == 1
    assert shown(paying(fields={CardField.NUMBER: FieldView("entering", 16)})).count("<i></i>") == 16


def test_given_text_of_strangers_then_it_stays_text() -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}${SHELL(id)}"
    call = replace(
        CALL,
        number=evil,
        queue=evil,
        context=((evil, evil),),
        links=((evil, "javascript:alert(1)"), ("x", f"https://{evil}")),
    )
    page = shown(replace(VIEW, call=replace(call, payment=replace(PAYMENT, reference=evil))))
    assert "<script" not in page
    assert "<img" not in page
    assert "javascript:" not in page
    assert "49" not in page.replace("{{7*7}}", "")


async def test_given_somebody_else_than_an_agent_then_the_desk_is_not_theirs() -> None:
    async with console() as served:
        assert (await (await served.signed_in(Role.AUDITOR)).open("/desk")).status == 403
        assert (await (await served.signed_in(Role.AGENT)).open("/desk")).status == 200


async def test_given_a_refusal_then_it_is_told_where_the_form_asked_for_it() -> None:
    async with console() as served:
        agent = await served.signed_in(Role.AGENT)
        answer = await agent.send("/desk/do/take-payment", amount="1", currency="USD", told="payment_told")
        assert (answer.status, answer.headers["HX-Retarget"]) == (422, "global #payment_told")
        assert "not at work" in answer.text
        assert (await agent.send("/desk/do/nothing")).status == 404


async def test_given_an_agent_at_work_then_the_supervisor_sees_them_on_the_wall_and_the_agent_has_a_history() -> None:
    async with console() as served:
        agent, supervisor = await served.signed_in(Role.AGENT), await served.signed_in(Role.SUPERVISOR)
        await agent.send("/desk/do/sign-on")
        wall = await supervisor.open("/wall")
        assert (wall.status, "On a break" in wall.text) == (200, True)
        history = await agent.open("/history")
        assert (history.status, "No calls yet." in history.text) == (200, True)


async def test_given_an_agent_who_signs_out_then_they_are_at_work_no_more() -> None:
    async with console() as served:
        agent, supervisor = await served.signed_in(Role.AGENT), await served.signed_in(Role.SUPERVISOR)
        await agent.send("/desk/do/sign-on")
        await agent.send("/sign-out")
        assert "On a break" not in (await supervisor.open("/wall")).text
