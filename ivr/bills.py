"""Bills from a CSV file: all of them, or none and a list of what to mend.

Columns: account, reference, amount, currency, due, mobile. No message repeats a value of the file: a value in the
wrong column may be anything, a card number included.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from ivr.money import Money, exponent, parse_amount
from ivr.notify.port import is_e164
from ivr.store.invoices import Bill, Imported, Invoices

T = TypeVar("T")

COLUMNS: Final = ("account", "reference", "amount", "currency", "due", "mobile")
MOST_OCTETS: Final = 20 * 1024 * 1024
MOST_BILLS: Final = 100_000
_MOST_CHARACTERS: Final = 200  # of a field
_MOST_MINOR: Final = 100_000_000  # what pci.contract.ChargeRequest takes
_MOST_PROBLEMS: Final = 1000
_MOST_SHOWN: Final = 20
_ACCOUNT = re.compile(r"[0-9]{1,12}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_A_WORD = re.compile(r"[A-Za-z_ -]{1,20}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and what to write instead. Rows count from 1, the header; row 0 is the file itself."""

    row: int
    column: str
    mend: str

    def __str__(self) -> str:
        """`row 3, amount: ...`."""
        where = f"row {self.row}" if self.row else ""
        where += f", {self.column}" if self.column else ""
        return f"{where}: {self.mend}" if where else self.mend


class BillsRefused(Exception):
    """The file of bills has mistakes; nothing was imported."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Every problem on a line of its own, as far as one reads them."""
        lines = [str(problem) for problem in self.problems[:_MOST_SHOWN]]
        if len(self.problems) > _MOST_SHOWN:
            lines.append(f"... and {len(self.problems) - _MOST_SHOWN} more")
        return "\n".join([*lines, "Nothing was imported."])


async def import_bills(path: Path, invoices: Invoices) -> Imported:
    """Put the bills of a file into the ledger; `BillsRefused` says what to mend first."""
    return await invoices.put_bills(read_bills(path))


def read_bills(path: Path) -> tuple[Bill, ...]:
    """The bills of a file; `BillsRefused` names every row and column that is wrong."""
    try:
        with path.open("rb") as file:
            octets = file.read(MOST_OCTETS + 1)
    except OSError as error:
        raise _refusal(f"{path} cannot be read: {error.strerror}") from None
    return parse_bills(octets)


def parse_bills(octets: bytes) -> tuple[Bill, ...]:
    """The bills of a CSV text in UTF-8; `BillsRefused` names every row and column that is wrong."""
    if len(octets) > MOST_OCTETS:
        raise _refusal(f"the file is larger than {MOST_OCTETS // 1024**2} MB: split it")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = octets.count(b"\n", 0, error.start) + 1
        raise _refusal("is not UTF-8: save the file as CSV UTF-8", row) from None
    return _Reading().read(_records(text))


def _refusal(mend: str, row: int = 0) -> BillsRefused:
    return BillsRefused([Problem(row, "", mend)])


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    try:
        for row, fields in enumerate(reader, start=1):
            if any(map(str.strip, fields)):
                yield row, fields
    except csv.Error:
        raise _refusal("is not CSV: a quote is open, or text follows a closing quote", row + 1) from None


class _Reading:
    """One pass over a file: gathers the bills, and the problems of all rows."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._bills: list[Bill] = []
        self._rows: dict[tuple[str, str], int] = {}

    def read(self, records: Iterator[tuple[int, list[str]]]) -> tuple[Bill, ...]:
        row, header = next(records, (1, []))
        columns = _columns(row, [name.strip() for name in header])
        for row, fields in records:
            if len(self._rows) == MOST_BILLS:
                raise _refusal(f"there are more than {MOST_BILLS} bills: split the file", row)
            if len(self._problems) >= _MOST_PROBLEMS:
                break
            if len(fields) == len(columns):
                self._take(row, _Fields(row, dict(zip(columns, fields, strict=True)), self._problems))
            else:
                mend = f"has {len(fields)} fields and the header {len(columns)}: quote a field that has a comma in it"
                self._problems.append(Problem(row, "", mend))
        if self._problems:
            raise BillsRefused(self._problems)
        if not self._bills:
            raise _refusal("there are no bills below the header")
        return tuple(self._bills)

    def _take(self, row: int, fields: _Fields) -> None:
        account = fields.read("account", _account)
        reference = fields.read("reference", _reference)
        currency = fields.read("currency", _currency)
        amount = None if currency is None else fields.read("amount", partial(_amount, currency))
        due = fields.read("due", _due)
        mobile = fields.read("mobile", _mobile)
        if account is None or reference is None:
            return
        first = self._rows.setdefault((account, reference), row)
        if first != row:
            self._problems.append(Problem(row, "reference", f"is that of row {first}, for the same account"))
        elif amount is not None:
            self._bills.append(Bill(account, reference, amount, due, mobile))


@dataclass(frozen=True, slots=True)
class _Fields:
    """A row by column names; what cannot be read becomes a problem."""

    row: int
    texts: dict[str, str]
    problems: list[Problem]

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        text = self.texts[column].strip()
        try:
            if len(text) > _MOST_CHARACTERS:
                raise ValueError(f"is longer than {_MOST_CHARACTERS} characters")
            if not text.isprintable():
                raise ValueError("has a character in it that cannot be seen: type the value anew")
            return parse(text)
        except ValueError as error:
            self.problems.append(Problem(self.row, column, str(error)))
            return None


def _columns(row: int, header: list[str]) -> list[str]:
    if len(header) == 1 and header[0].count(";") == len(COLUMNS) - 1:
        raise _refusal("the columns are separated by semicolons: save the file with commas", row)
    missing = [name for name in COLUMNS if name not in header]
    problems = [
        Problem(row, f"column {place}", _header_mend(name, missing))
        for place, name in enumerate(header, start=1)
        if name not in COLUMNS or name in header[: place - 1]
    ]
    if missing:
        problems.append(Problem(row, "", f"the header lacks {', '.join(missing)}; it reads {','.join(COLUMNS)}"))
    if problems:
        raise BillsRefused(problems)
    return header


def _header_mend(name: str, missing: Sequence[str]) -> str:
    if name in COLUMNS:
        return f"{name} is there twice: leave one out"
    if not _A_WORD.fullmatch(name):
        return "is not a column name: the first row is the header"
    near = get_close_matches(name.lower(), missing, n=1)
    return f"{name!r} is not a column" + (f": did you mean {near[0]!r}?" if near else ": leave it out")


def _account(text: str) -> str:
    refuse_card_number(text)
    if not _ACCOUNT.fullmatch(text):
        raise ValueError("is not an account: 1 to 12 digits, as a caller keys them")
    return text


def _reference(text: str) -> str:
    refuse_card_number(text)
    if not 0 < len(text) <= 40:
        raise ValueError("is not a reference: 1 to 40 characters that name the bill, such as INV-1107")
    return text


def _currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise ValueError("is not a currency: write its three capital letters, such as USD")
    try:
        exponent(text)
    except ValueError:
        raise ValueError("is not a currency known here: write an ISO 4217 code such as USD") from None
    return text


def _amount(currency: str, text: str) -> Money:
    try:
        amount = parse_amount(text, currency)
    except ValueError:
        example = Money(125 * 10 ** exponent(currency), currency)
        raise ValueError(f"is not an amount of {currency}: write digits and a point, such as {example}") from None
    if not 0 < amount.minor < _MOST_MINOR:
        raise ValueError(f"is out of range: more than 0 and less than {Money(_MOST_MINOR, currency)}")
    return amount


def _due(text: str) -> date | None:
    if not text:
        return None
    if not _DATE.fullmatch(text):
        raise ValueError("is not a date: write year-month-day, such as 2026-12-05, or nothing")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def _mobile(text: str) -> str | None:
    if text and not is_e164(text):
        raise ValueError("is not a mobile number: write + and the country code, such as +15550100123, or nothing")
    return text or None


def refuse_card_number(text: str) -> None:
    """ValueError if `text` holds what may be the number of a card."""
    digits = re.findall(r"\d+", re.sub(r"[\s._/-]", "", text))
    if any(13 <= len(run) <= 19 and _luhn(run) for run in digits):
        raise ValueError("looks like a card number: card numbers must never be in a file of bills")


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0
