"""Who gets which agent: priority first, then whoever waits longest; the agent idle longest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.agents.row import NOT_AGAIN, Row, Waiting
from ivr.agents.settings import AgentsSettings, QueueSettings
from ivr.agents.view import AgentView, Status

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
QUEUES = {
    "billing": QueueSettings(skills=frozenset({"billing"}), most_waiting=2),
    "spanish": QueueSettings(skills=frozenset({"billing", "spanish"}), priority=5),
}
SKILLS = {"anna": frozenset({"billing", "spanish"}), "ben": frozenset({"billing"})}


def agent(name: str, idle: int = 0, status: Status = Status.READY) -> AgentView:
    return AgentView(name, name, status, NOON - timedelta(minutes=idle))


def waits(queue: str, minutes: int, *, back: bool = False, due: datetime | None = None) -> Waiting:
    return Waiting(queue, NOON - timedelta(minutes=minutes), back, due)


def given_agents(row: Row, *agents: AgentView) -> list[tuple[str, str]]:
    return [(waiting.queue, name) for waiting, name in row.matches(agents, NOON)]


def test_given_two_who_are_free_then_the_one_idle_longest_is_asked() -> None:
    row = Row(QUEUES, SKILLS)
    with row.joined(waits("billing", 1)):
        assert given_agents(row, agent("anna", 3), agent("ben", 9)) == [("billing", "ben")]


def test_given_a_queue_of_a_higher_priority_then_it_goes_before_who_waits_longer() -> None:
    row = Row(QUEUES, SKILLS)
    with row.joined(waits("billing", 30)), row.joined(waits("spanish", 1)):
        assert given_agents(row, agent("anna")) == [("spanish", "anna")]


async def test_given_somebody_who_would_rather_be_called_back_then_nobody_is_offered_to_them() -> None:
    row, waiting = Row(QUEUES, SKILLS), waits("billing", 30)
    with row.joined(waiting), row.joined(waits("billing", 1)):
        waiting.leave()
        assert await waiting.offered() == ""
        assert [taken is waiting for taken, _ in row.matches([agent("ben")], NOON)] == [False]


def test_given_an_hour_at_which_nobody_is_called_then_a_callback_rests_and_is_seen_to_wait() -> None:
    row, waiting = Row(QUEUES, SKILLS), waits("billing", 30, back=True)
    waiting.resting = True
    with row.joined(waiting):
        assert given_agents(row, agent("ben")) == []
        assert [view.called_back for view in row.views([agent("ben")]) if view.name == "billing"] == [1]
        waiting.resting = False
        assert given_agents(row, agent("ben")) == [("billing", "ben")]


def test_given_an_agent_without_the_skills_then_the_caller_waits_on() -> None:
    row = Row(QUEUES, SKILLS)
    with row.joined(waits("spanish", 30)):
        assert given_agents(row, agent("ben", 60), agent("stranger", 60)) == []


@pytest.mark.parametrize("status", [Status.BUSY, Status.ON_CALL, Status.WRAP_UP, Status.SIGNED_OFF])
def test_given_an_agent_who_is_not_ready_then_they_are_not_asked(status: Status) -> None:
    row = Row(QUEUES, SKILLS)
    with row.joined(waits("billing", 1)):
        assert given_agents(row, agent("anna", status=status)) == []


def test_given_an_agent_who_declined_then_they_are_asked_again_only_after_a_while() -> None:
    row, waiting = Row(QUEUES, SKILLS), waits("billing", 1)
    waiting.refused["anna"] = NOON
    with row.joined(waiting):
        assert given_agents(row, agent("anna")) == []
        assert [name for _, name in row.matches([agent("anna")], NOON + NOT_AGAIN)] == ["anna"]


def test_given_as_many_as_may_wait_then_there_is_no_room() -> None:
    row = Row(QUEUES, SKILLS)
    with row.joined(waits("billing", 1)):
        assert not row.full("billing")
        with row.joined(waits("billing", 1)):
            assert row.full("billing")
    assert not row.full("billing")


def test_given_talks_that_get_longer_then_so_does_the_estimate() -> None:
    row, waiting = Row(QUEUES, SKILLS), waits("billing", 1)
    at_work = [agent("anna", status=Status.ON_CALL)]
    with row.joined(waiting):
        before = row.estimate(waiting, at_work)
        row.talked("billing", 1800)
        after = row.estimate(waiting, at_work)
        assert before is not None
        assert after is not None
        assert after > before
        assert row.estimate(waiting, []) is None
    assert row.estimate(waiting, at_work) is None


def test_given_somebody_who_is_called_back_then_they_have_their_place_but_take_nobodys_room_on_the_line() -> None:
    row, away = Row(QUEUES, SKILLS), waits("billing", 9, back=True)
    with row.joined(waits("billing", 5)), row.joined(away), row.joined(waits("billing", 1, back=True)):
        assert not row.full("billing")
        assert row.waiting_for("ben") == 1
        (billing, _) = row.views([agent("ben")])
        assert (billing.waiting, billing.called_back, billing.since) == (1, 2, NOON - timedelta(minutes=5))
        assert [one for one, _ in row.matches([agent("ben")], NOON)] == [away]


def test_given_somebody_who_was_not_reached_then_nobody_calls_them_before_it_is_time() -> None:
    row, due = Row(QUEUES, SKILLS), NOON + timedelta(minutes=10)
    with row.joined(waits("billing", 9, back=True, due=due)):
        assert given_agents(row, agent("ben")) == []
        assert [name for _, name in row.matches([agent("ben")], due)] == ["ben"]


@given(
    st.lists(st.tuples(st.sampled_from(["billing", "spanish"]), st.integers(0, 99), st.booleans()), max_size=8),
    st.lists(st.sampled_from(["anna", "ben", "stranger"]), unique=True),
)
def test_given_anybody_on_the_line_or_off_it_then_nobody_is_overtaken_but_by_a_higher_priority(
    callers: list[tuple[str, int, bool]], names: list[str]
) -> None:
    row = Row(QUEUES, SKILLS)
    waiting = [waits(queue, minutes, back=back) for queue, minutes, back in callers]
    for one in waiting:
        row.joined(one).__enter__()
    served = dict(row.matches([agent(name) for name in names], NOON))
    for one, name in served.items():
        for other in waiting:
            if other not in served and row.serves(name, other.queue):
                lower = QUEUES[other.queue].priority < QUEUES[one.queue].priority
                same = other.queue == one.queue and other.since >= one.since
                assert lower or same


@given(
    st.lists(st.tuples(st.sampled_from(["billing", "spanish"]), st.integers(0, 99)), max_size=8),
    st.lists(st.sampled_from(["anna", "ben", "stranger"]), unique=True),
)
def test_given_anybody_and_any_agents_then_nobody_gets_two_and_nobody_is_given_twice(
    callers: list[tuple[str, int]], names: list[str]
) -> None:
    row = Row({**QUEUES, "billing": QueueSettings(skills=frozenset({"billing"}))}, SKILLS)
    waiting = [waits(*caller) for caller in callers]
    for one in waiting:
        row.joined(one).__enter__()
    matches = list(row.matches([agent(name) for name in names], NOON))
    assert len({id(one) for one, _ in matches}) == len({name for _, name in matches}) == len(matches)
    assert all(row.serves(name, one.queue) for one, name in matches)


def test_given_links_then_what_is_put_in_is_encoded_and_unknown_ones_are_left_out() -> None:
    settings = AgentsSettings(
        links={"CRM": "https://crm.example.com/{account}?n={number}", "Queue": "https://wiki.example.com/{queue}"}
    )
    filled = settings.filled_links({"account": "../../admin?x=<script>", "number": "+1555", "queue": ""})
    assert filled == (("CRM", "https://crm.example.com/..%2F..%2Fadmin%3Fx%3D%3Cscript%3E?n=%2B1555"),)


@pytest.mark.parametrize(
    "address",
    [
        "http://crm.example.com/{account}",
        "https://{account}.example.com/",
        "https://crm.example.com/{card}",
        "https://crm.example.com/{account",
        "javascript:alert(1)",
        "https:///{account}",
    ],
)
def test_given_a_link_that_could_lead_anywhere_then_it_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"must begin with|may hold"):
        AgentsSettings(links={"CRM": address})


@pytest.mark.parametrize(
    ("number", "may"), [("+15550100999", True), ("+4420", False), ("+442079460000", False), ("5550100999", False)]
)
def test_given_prefixes_then_only_numbers_that_begin_so_are_called(number: str, may: bool) -> None:
    settings = AgentsSettings(trunk="PJSIP/{number}@trunk", prefixes=frozenset({"+1"}))
    assert settings.may_call(number) is may
    assert not AgentsSettings(prefixes=frozenset({"+1"})).may_call(number)


@pytest.mark.parametrize(
    "endpoint", ["PJSIP/agent", "PJSIP/{agent}{agent}", "PJSIP/{number}", "{agent}", "PJSIP/{agent} x"]
)
def test_given_an_endpoint_that_names_no_agent_then_it_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError, match="is whom Asterisk calls"):
        AgentsSettings(endpoint=endpoint)
