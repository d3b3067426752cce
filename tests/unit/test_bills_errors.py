"""A file of bills with a mistake: which row, which column, what to write; and nothing is imported."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from ivr import bills
from ivr.bill import Bill
from ivr.bills import BillsRefused, import_bills, parse_bills, read_bills
from ivr.money import Money
from ivr.store.database import sqlite_url
from ivr.store.invoices import Imported
from ivr.store.store import Store, open_store

HEADER = "account,reference,amount,currency,due,mobile\n"
GOOD = "204863,INV-1107,125.40,USD,2026-12-05,+15550100123\n"
PAN = "4111111111111111"
SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "bills.csv"


def refusal(text: str | bytes) -> str:
    with pytest.raises(BillsRefused) as caught:
        parse_bills(text.encode() if isinstance(text, str) else text)
    return str(caught.value)


def test_given_good_bills_then_they_are_read() -> None:
    assert parse_bills((HEADER + GOOD + "1,Ж 2,7500,JPY,,\n").encode()) == (
        Bill("204863", "INV-1107", Money(12540, "USD"), date(2026, 12, 5), "+15550100123"),
        Bill("1", "Ж 2", Money(7500, "JPY")),
    )


def test_given_what_spreadsheets_write_then_it_is_read_too() -> None:
    text = (
        "\ufeff" + "mobile,due,currency,amount,reference,account\r\n" + '+15550100123,,USD," 1.5 ","a, b",7\r\n\r\n'
    )
    assert parse_bills(text.encode()) == (Bill("7", "a, b", Money(150, "USD"), None, "+15550100123"),)


def test_given_a_column_of_email_addresses_then_they_are_read_and_it_may_be_empty_or_left_out() -> None:
    header = HEADER.replace("\n", ",email\n")
    with_email, without = parse_bills((header + "1,A,1,USD,,,ada@example.com\n1,B,1,USD,,,\n").encode())
    assert (with_email.email, without.email) == ("ada@example.com", None)
    assert [bill.email for bill in parse_bills((HEADER + GOOD).encode())] == [None]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ada", "is not an e-mail address: write one such as ada@example.com, or nothing"),
        ("ada@example.com,eve@example.org", "is not an e-mail address"),
        ("ada@example.com\nBcc: eve@example.org", "has a character in it that cannot be seen"),
    ],
)
def test_given_what_is_no_email_address_then_the_mend_is_named(address: str, message: str) -> None:
    text = refusal(HEADER.replace("\n", ",email\n") + f'1,A,1,USD,,,"{address}"\n')
    assert f"row 2, email: {message}" in text


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x1,R,1,USD,,", "row 3, account: is not an account: 1 to 11 digits"),
        (",R,1,USD,,", "row 3, account: is not an account"),
        ("1234567890123,R,1,USD,,", "row 3, account: is not an account"),
        ("١٢٣,R,1,USD,,", "row 3, account: is not an account"),
        ("1,,1,USD,,", "row 3, reference: is not a reference: 1 to 40 characters"),
        (f"1,{'x' * 41},1,USD,,", "row 3, reference: is not a reference"),
        (f"1,{'x' * 201},1,USD,,", "row 3, reference: is longer than 200 characters"),
        ('1,"a\nb",1,USD,,', "row 3, reference: has a character in it that cannot be seen"),
        ("1,a\x00b,1,USD,,", "row 3"),
        ("1,a\u202eb,1,USD,,", "row 3, reference: has a character in it that cannot be seen"),
        ("1,R,1.234,USD,,", "row 3, amount: is not an amount of USD: write digits and a point, such as 125.00"),
        ("1,R,1.5,JPY,,", "row 3, amount: is not an amount of JPY: write digits and a point, such as 125\n"),
        ('1,R,"1,5",USD,,', "row 3, amount: is not an amount of USD"),
        ("1,R,-1,USD,,", "row 3, amount: is not an amount of USD"),
        ("1,R,,USD,,", "row 3, amount: is not an amount of USD"),
        ("1,R,0,USD,,", "row 3, amount: is out of range: more than 0 and less than 1000000.00"),
        ("1,R,1000000,USD,,", "row 3, amount: is out of range"),
        ("1,R,1,usd,,", "row 3, currency: is not a currency: write its three capital letters, such as USD"),
        ("1,R,1,XXX,,", "row 3, currency: is not a currency known here"),
        ("1,R,1,USD,05.12.2026,", "row 3, due: is not a date: write year-month-day, such as 2026-12-05, or nothing"),
        ("1,R,1,USD,2026-02-30,", "row 3, due: is not a day of the calendar"),
        ("1,R,1,USD,,01715550123", "row 3, mobile: is not a mobile number: write + and the country code"),
        ("1,R,1,USD", "row 3: has 4 fields and the header 6"),
        ("1,R,1,USD,,,", "row 3: has 7 fields and the header 6"),
        ("204863,INV-1107,1,USD,,", "row 3, reference: is that of row 2, for the same account"),
        ('1,"R,1,USD,,', "row 3: is not CSV: a quote is open"),
    ],
)
def test_given_a_row_with_a_mistake_then_row_column_and_mend_are_named(row: str, message: str) -> None:
    text = refusal(HEADER + GOOD + row + "\n")
    assert message in text
    assert text.endswith("Nothing was imported.")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "acount,reference,amount,currency,due,mobile",
            "row 1, column 1: 'acount' is not a column: did you mean 'account'?",
        ),
        ("Account,reference,amount,currency,due,mobile", "'Account' is not a column: did you mean 'account'?"),
        ("account,reference,amount,currency,due,mobile,note", "column 7: 'note' is not a column: leave it out"),
        ("account,account,reference,amount,currency,due,mobile", "column 2: account is there twice"),
        ("account,reference", "row 1: the header lacks amount, currency, due, mobile"),
        ("account;reference;amount;currency;due;mobile", "separated by semicolons: save the file with commas"),
        ("", "the header lacks account"),
        (f"{PAN},1,2,3,4,5", "row 1, column 1: is not a column name: the first row is the header"),
    ],
)
def test_given_a_header_with_a_mistake_then_the_mend_is_named(header: str, message: str) -> None:
    text = refusal(header + "\n" + GOOD)
    assert message in text
    assert PAN not in text


@pytest.mark.parametrize(
    "row",
    [
        f"{PAN},R,1,USD,,",
        f"1,{PAN},1,USD,,",
        "1,4111 1111 1111 1111,1,USD,,",
        "1,order 4111-1111-1111-1111 x,1,USD,,",
        "1,378282246310005,1,USD,,",
        "1,６011111111111117,1,USD,,",
    ],
)
def test_given_what_looks_like_a_card_number_then_it_is_refused_and_not_repeated(row: str) -> None:
    text = refusal(HEADER + row + "\n")
    assert "looks like a card number: card numbers must never be in a file of bills" in text
    assert not any(digits in text for digits in ("4111", "3782", "6011", "011111"))


@pytest.mark.parametrize("column", range(6))
def test_given_a_card_number_in_any_column_then_no_message_repeats_it(column: int) -> None:
    fields = GOOD.strip().split(",")
    fields[column] = PAN
    assert PAN not in refusal(HEADER + ",".join(fields) + "\n")


def test_given_a_long_number_that_is_no_card_number_then_it_is_a_reference() -> None:
    (bill,) = parse_bills((HEADER + "1,4111111111111112,1,USD,,\n").encode())
    assert bill.reference == "4111111111111112"


def test_given_text_that_is_not_utf8_then_the_row_is_named() -> None:
    assert "row 3: is not UTF-8: save the file as CSV UTF-8" in refusal(
        (HEADER + GOOD).encode() + b"1,M\xfcller,1,USD,,\n"
    )


def test_given_a_header_alone_then_there_are_no_bills() -> None:
    assert "there are no bills below the header" in refusal(HEADER)


def test_given_many_mistakes_then_the_first_are_shown_and_the_rest_counted() -> None:
    text = refusal(HEADER + "x\n" * 30)
    assert text.count("row ") == 20
    assert "... and 10 more" in text


def test_given_a_file_beyond_the_limits_then_it_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bills, "MOST_BILLS", 2)
    rows = "".join(f"{n},R,1,USD,,\n" for n in range(3))
    assert "row 4: there are more than 2 bills: split the file" in refusal(HEADER + rows)
    monkeypatch.setattr(bills, "MOST_OCTETS", 1024)
    (tmp_path / "bills.csv").write_text(HEADER + "x" * 2000)
    with pytest.raises(BillsRefused, match="split it"):
        read_bills(tmp_path / "bills.csv")


def test_given_a_file_that_cannot_be_read_then_the_error_says_why(tmp_path: Path) -> None:
    with pytest.raises(BillsRefused, match=r"absent\.csv cannot be read: No such file"):
        read_bills(tmp_path / "absent.csv")
    with pytest.raises(BillsRefused, match="cannot be read: Is a directory"):
        read_bills(tmp_path)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(sqlite_url(tmp_path / "ivr.db")) as opened:
        yield opened


async def test_given_one_bad_row_then_nothing_of_the_file_is_imported(store: Store, tmp_path: Path) -> None:
    (tmp_path / "bills.csv").write_text(HEADER + GOOD + "1,R,nothing,USD,,\n")
    with pytest.raises(BillsRefused):
        await import_bills(tmp_path / "bills.csv", store.invoices)
    assert await store.invoices.find_open_invoice("204863") is None


async def test_given_the_sample_then_account_204863_owes_125_40_and_a_second_import_changes_nothing(
    store: Store,
) -> None:
    first = await import_bills(SAMPLE, store.invoices)
    assert first.added >= 5
    assert await import_bills(SAMPLE, store.invoices) == Imported(unchanged=first.added)
    invoice = await store.invoices.find_open_invoice("204863")
    assert invoice is not None
    assert invoice.amount == Money(12540, "USD")
    assert invoice.mobile is not None
