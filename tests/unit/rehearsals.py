"""Small flows with their tests, for the tests of `ivr test`."""

from __future__ import annotations

from ivr.prompts.catalogue import Catalogue
from ivr.rehearsal.reading import parse_suite
from ivr.rehearsal.suite import Suite
from tests.flow_play import ROOT, flow_of

CATALOGUE = Catalogue.load(ROOT / "sounds")
FLOW = flow_of(
    """
flow: small
answers: ["1000", "1001"]
steps:
  account: {ask: {prompt: enter-account, digits: 7, attempts: 2, save: account_number}, next: {failed: bye}}
  find: {lookup: {invoice: {account: account_number}}, next: {not_found: bye, unavailable: bye}}
  pay:
    pay:
      action: charge
      amount: invoice.amount
      valid_card_types: [visa, mastercard, amex, discover, diners-club]
      entry_attempts: 2
      postal_code: true
    next: {success: bye, declined: bye, too-many-failed-attempts: bye, outcome-unknown: bye, cancelled: bye}
  bye: {say: goodbye}
"""
)
BILLS = """
bills:
  - {account: "1000442", reference: INV-1, amount: "125.40", currency: USD, due: 2026-12-20, mobile: "+15550100123"}
  - {account: "1000442", reference: INV-0, amount: "10.00", currency: USD, due: 2026-12-01, mobile: "+15550100123"}
  - {account: "2000817", reference: INV-2, amount: "9.90", currency: USD}
"""


def suite_of(text: str) -> Suite:
    """Tests of the small flow; FlowProblems if there is anything wrong with them."""
    return parse_suite(text.encode(), "small.test.yaml", FLOW, CATALOGUE)


def one_test(call: str, expect: str = "{}") -> Suite:
    """One test, from its lines and what is expected."""
    lines = "\n".join(f"      - {line.strip()}" for line in call.strip().splitlines())
    return suite_of(f"{BILLS}tests:\n  it:\n    call:\n{lines}\n    expect: {expect}\n")
