"""Bills from a CSV file: a file with a mistake is refused whole, with a list of what to mend.

Columns: account, reference, amount, currency, due, mobile, and email, which may be left out. No message repeats a
value of the file: a value in the wrong column may be anything, a card number included.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from ivr.bill import (
    Bill,
    check_printable,
    read_account,
    read_amount,
    read_currency,
    read_due,
    read_email,
    read_mobile,
    read_reference,
)

if TYPE_CHECKING:
    from ivr.store.invoices import Imported, Invoices

T = TypeVar("T")

_NEEDED: Final = ("account", "reference", "amount", "currency", "due", "mobile")
COLUMNS: Final = (*_NEEDED, "email")
MOST_OCTETS: Final = 20 * 1024 * 1024
MOST_BILLS: Final = 100_000
_MOST_PROBLEMS: Final = 1000
_MOST_SHOWN: Final = 20
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
    """Put the bills of a file into the ledger; `BillsRefused` says what to mend first.

    `ImportBrokenOff` if the ledger fails in the middle: the same file again goes on from there.
    """
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
        account = fields.read("account", read_account)
        reference = fields.read("reference", read_reference)
        currency = fields.read("currency", read_currency)
        amount = None if currency is None else fields.read("amount", partial(read_amount, currency))
        due = fields.read("due", read_due)
        mobile = fields.read("mobile", read_mobile)
        email = fields.read("email", read_email)
        if account is None or reference is None:
            return
        first = self._rows.setdefault((account, reference), row)
        if first != row:
            self._problems.append(Problem(row, "reference", f"is that of row {first}, for the same account"))
        elif amount is not None:
            self._bills.append(Bill(account, reference, amount, due, mobile, email))


@dataclass(frozen=True, slots=True)
class _Fields:
    """A row by column names; what cannot be read becomes a problem."""

    row: int
    texts: dict[str, str]
    problems: list[Problem]

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        text = self.texts.get(column, "").strip()
        try:
            check_printable(text)
            return parse(text)
        except ValueError as error:
            self.problems.append(Problem(self.row, column, str(error)))
            return None


def _columns(row: int, header: list[str]) -> list[str]:
    if len(header) == 1 and header[0].count(";") >= len(_NEEDED) - 1:
        raise _refusal("the columns are separated by semicolons: save the file with commas", row)
    missing = [name for name in _NEEDED if name not in header]
    problems = [
        Problem(row, f"column {place}", _header_mend(name, header))
        for place, name in enumerate(header, start=1)
        if name not in COLUMNS or name in header[: place - 1]
    ]
    if missing:
        problems.append(Problem(row, "", f"the header lacks {', '.join(missing)}; it reads {','.join(_NEEDED)}"))
    if problems:
        raise BillsRefused(problems)
    return header


def _header_mend(name: str, header: Sequence[str]) -> str:
    if name in COLUMNS:
        return f"{name} is there twice: leave one out"
    if not _A_WORD.fullmatch(name):
        return "is not a column name: the first row is the header"
    near = get_close_matches(name.lower(), [column for column in COLUMNS if column not in header], n=1)
    return f"{name!r} is not a column" + (f": did you mean {near[0]!r}?" if near else ": leave it out")
