"""A folder of recordings: index.csv (file, field, digits, condition) and 8 kHz mono WAV files."""

from __future__ import annotations

import csv
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pci.contract import CardField
from speech.recogniser import RATE

COLUMNS: Final = ("file", "field", "digits", "condition")
FIELDS: Final = {
    **{name: CardField.NUMBER for name in (CardField.NUMBER.value, "pan", "number", "card", "card-number")},
    **{name: CardField.EXPIRY for name in (CardField.EXPIRY.value, "expiry")},
    **{name: CardField.SECURITY_CODE for name in (CardField.SECURITY_CODE.value, "cvv", "cvc", "code")},
    **{name: CardField.POSTAL_CODE for name in (CardField.POSTAL_CODE.value, "zip", "postcode")},
}
"""How a field may be called in the column `field`."""


class BadRecordings(Exception):
    """The folder is not as `make speech-eval` needs it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One answer of one speaker, and the digits that were said in it: none in a television, a story, a silence."""

    path: Path
    field: CardField
    digits: str
    condition: str

    def audio(self) -> bytes:
        """The samples, 16 bit. `BadRecordings` if the file cannot be used."""
        return samples(self.path)


def samples(path: Path) -> bytes:
    """The samples of a WAV file, 16 bit. `BadRecordings` if it cannot be used."""
    try:
        with wave.open(str(path), "rb") as file:
            kind = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            read = file.readframes(file.getnframes())
    except FileNotFoundError:
        raise BadRecordings(f"{path} is in the index but is not there") from None
    except (wave.Error, EOFError) as error:
        raise BadRecordings(f"{path} cannot be read as WAV: {error}") from None
    if kind != (RATE, 1, 2):
        rate, channels, width = kind
        raise BadRecordings(
            f"{path} has {rate} samples a second, {channels} channels and {8 * width} bits: "
            f"make it {RATE}, 1 and 16 (sox IN -r {RATE} -c 1 -b 16 OUT)"
        )
    return read


def recordings(folder: Path) -> Sequence[Recording]:
    """What the index lists, in its order. `BadRecordings` names the line that is wrong."""
    index = folder / "index.csv"
    if not index.is_file():
        raise BadRecordings(f"{folder} holds no index.csv: write one with the columns {', '.join(COLUMNS)}")
    with index.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise BadRecordings(f"{index} has no column {missing[0]!r}: its first line must be {','.join(COLUMNS)}")
        listed = list(_lines(folder, index, reader))
    if not listed:
        raise BadRecordings(f"{index} lists no recordings")
    return listed


def _lines(folder: Path, index: Path, reader: csv.DictReader[str]) -> Iterator[Recording]:
    for row in reader:
        file, field, digits, condition = ((row[name] or "").strip() for name in COLUMNS)
        where = f"{index}, line {reader.line_num}"
        if field.lower() not in FIELDS:
            raise BadRecordings(f"{where}: the field {field!r} is none of {', '.join(FIELDS)}")
        if digits and not (digits.isascii() and digits.isdigit()):
            raise BadRecordings(f"{where}: write the digits that are said, and nothing else, not {digits!r}")
        if not (file and condition):
            raise BadRecordings(f"{where}: the file or the condition is missing")
        yield Recording(folder / file, FIELDS[field.lower()], digits, condition)
