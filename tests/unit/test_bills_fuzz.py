"""Whatever is in a file, it is bills or a clear refusal; and what looks like a card number comes out of neither."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from ivr.bills import COLUMNS, BillsRefused, parse_bills

HEADER = ",".join(COLUMNS) + "\n"
PAN = "4111111111111111"
cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["1", "R", "1.00", "USD", "2026-12-05", "+15550100123", "", '"', "\n", ",", PAN, f"x {PAN}", "1e5"]
    ),
)
rows = st.lists(cells, min_size=5, max_size=7).map(",".join)


def outcome(octets: bytes) -> str:
    """What one gets to see: the bills, or the refusal."""
    try:
        return repr(parse_bills(octets))
    except BillsRefused as refused:
        return str(refused)


@given(octets=st.binary(max_size=400))
@example(octets=b"\xef\xbb\xbf")
@example(octets=b'"')
@example(octets=b"\x00")
def test_given_any_octets_then_it_is_bills_or_a_refusal(octets: bytes) -> None:
    told = outcome(octets)
    assert told.startswith("(Bill(") or told.endswith("Nothing was imported.")


@given(lines=st.lists(rows, min_size=1, max_size=6))
def test_given_any_rows_then_no_card_number_comes_out(lines: list[str]) -> None:
    told = outcome((HEADER + "\n".join(lines)).encode("utf-8", "replace"))
    assert PAN not in re.sub(r"\D", "", told.replace("2026", ""))


@given(text=st.text(max_size=60))
def test_given_any_header_then_it_is_refused_unless_it_is_the_header(text: str) -> None:
    assert "Nothing was imported." in outcome((text + "\n1,R,1,USD,,\n").encode("utf-8", "replace"))
