"""Wishes for a capture, in any order, while its fields are answered."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pci.capture.form import CardForm
from pci.capture.steering import Steering
from pci.contract import CaptureRequest, CardField
from pci.errors import InvalidRequest, TooLate
from pci.secret import Secret
from tests.pci_rig import VISA

DIGITS = {CardField.NUMBER: VISA, CardField.EXPIRY: "1227", CardField.SECURITY_CODE: "987"}
REQUEST = CaptureRequest(call_id="c", channel_id="c")


def answer(form: CardForm, field: CardField) -> Secret:
    return form.kind(field)(bytearray(DIGITS[field].encode()))


def over(steering: Steering, seconds: float = 0.0) -> bool:
    return asyncio.run(steering.pause_over(seconds))


# what happens: a field is begun, a field is done, or somebody wishes something
happenings = st.lists(st.sampled_from(["begin", "done", "pause", "resume", "cancel", *CardField]), max_size=40)


@given(happenings)
def test_whatever_happens_a_form_is_full_of_answers_that_were_given_after_the_last_wish_for_them(
    story: list[str],
) -> None:
    form = CardForm(REQUEST)
    steering = Steering(form)
    asked, stale = None, False
    fresh: set[CardField] = set()  # answered since they were last asked again
    for happening in story:
        if happening == "begin" and form.next is not None:
            asked, stale = form.next, False
            steering.begins(asked)
        elif happening == "done" and asked is not None:
            steering.keep(answer(form, asked))
            fresh |= set() if stale else {asked}
            asked = None
        elif isinstance(happening, CardField):
            try:
                steering.ask_again(happening)
            except (InvalidRequest, TooLate):
                continue
            number = happening is CardField.NUMBER
            stale = number or happening is asked or (asked is not None and stale)
            fresh -= set(CardField) if number else {happening}
        elif happening in ("pause", "resume", "cancel"):
            wish(steering, happening)
    assert {field for field in form.fields if field in form._answers} == fresh
    if form.next is None:
        assert fresh == set(form.fields)


def wish(steering: Steering, word: str) -> None:
    try:
        {"pause": steering.pause, "resume": steering.resume, "cancel": steering.call_off}[word]()
    except TooLate:
        assert word == "pause"


@given(st.lists(st.sampled_from(["pause", "resume", "cancel"]), min_size=1))
def test_the_caller_is_taken_again_only_if_the_last_wish_was_to_go_on_and_none_was_to_end(wishes: list[str]) -> None:
    async def story() -> tuple[bool, bool]:
        steering = Steering(CardForm(REQUEST))
        for word in wishes:
            wish(steering, word)
        return steering.pausing, await steering.pause_over(0.0)

    pausing, taken = asyncio.run(story())
    last = [word for word in wishes if word != "cancel"][-1:]
    assert pausing is (last == ["pause"])
    assert taken is (last == ["resume"] and "cancel" not in wishes)


def test_a_field_with_keys_is_finished_before_a_pause_and_one_without_is_left_at_once() -> None:
    steering = Steering(CardForm(REQUEST))
    steering.begins(CardField.NUMBER)
    steering.pause()
    assert (steering.leaves(keyed=0), steering.leaves(keyed=1)) == (True, False)


def test_the_end_of_the_process_ends_a_pause_and_no_later_wish_makes_it_last() -> None:
    steering = Steering(CardForm(REQUEST))
    steering.pause()
    steering.interrupt()
    steering.resume()
    steering.pause()
    assert not over(steering, 60.0)


def test_a_number_takes_date_and_code_with_it_and_leaves_the_postal_code() -> None:
    form = CardForm(REQUEST.model_copy(update={"postal_code": True}))
    DIGITS[CardField.POSTAL_CODE] = "94110"
    for field in form.fields:
        form.put(field, answer(form, field))
    assert form.drop(CardField.NUMBER) == (CardField.NUMBER, CardField.EXPIRY, CardField.SECURITY_CODE)
    assert form.next is CardField.NUMBER
    assert form.drop(CardField.POSTAL_CODE) == (CardField.POSTAL_CODE,)


@pytest.mark.parametrize("field", [CardField.POSTAL_CODE])
def test_a_field_that_is_not_asked_cannot_be_asked_again(field: CardField) -> None:
    with pytest.raises(InvalidRequest):
        Steering(CardForm(REQUEST)).ask_again(field)
