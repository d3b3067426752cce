"""The ways in which a card number may lie about: as text, packed, as a number of the machine, as a digest."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterator
from itertools import pairwise

Form = tuple[str, bytes]

_GLUES = {
    "ascii": b"",
    "utf-16": b"\0",
    "utf-32": b"\0\0\0",
    "spaced digits": b" ",
    "comma separated digits": b",",
    "comma and space separated digits": b", ",
    "dashed digits": b"-",
    "dotted digits": b".",
    "digit per line": b"\n",
    "digit per line (crlf)": b"\r\n",
    "list of double quoted digits": b'", "',
    "dense list of double quoted digits": b'","',
    "list of single quoted digits": b"', '",
}
_GROUP_GLUES = {"spaced": b" ", "dashed": b"-", "dotted": b".", "comma separated": b",", "nbsp": b"\xc2\xa0"}
_CODES = {
    "hex": ("%02x", ""),
    "spaced hex": ("%02x", " "),
    "hex of utf-16": ("%02x", "00"),
    "colon hex": ("%02x", ":"),
    "url": ("%%%02x", ""),
    "escaped hex": ("\\x%02x", ""),
    "list of hex": ("0x%02x", ", "),
    "escaped unicode": ("\\u%04x", ""),
    "list of codes": ("%d", ", "),
    "html entities": ("&#%d;", ""),
}
_WORDS = "zero one two three four five six seven eight nine".split()


def texts_of(digits: str) -> Iterator[Form]:
    """How digits, all of a number or a part of it, are written as text."""
    plain = digits.encode()
    for name, between in _GLUES.items():
        yield name, between.join(plain[i : i + 1] for i in range(len(plain)))
    for name, (code, glue) in _CODES.items():
        yield name, glue.join(code % byte for byte in plain).encode()
    for shift in range(3):
        # only what the digits alone decide: the characters that share bits with neighbours are left out
        whole = base64.b64encode(b"\0" * shift + plain)
        yield f"base64 +{shift}", whole[(0, 2, 3)[shift] : (shift + len(plain)) * 8 // 6]
    words = [_WORDS[int(digit)] for digit in digits]
    if "0" in digits:
        for glue in (" ", ", "):
            yield "words, oh for zero", glue.join(words).replace("zero", "oh").encode()
    for glue in (" ", ", ", "\n", "-"):
        spoken = glue.join(words)
        yield "words", spoken.encode()
        yield "words in capitals", spoken.upper().encode()
        yield "words with capitals", spoken.title().encode()


def groups_of(number: str) -> Iterator[Form]:
    """How a whole number is written in groups: 4-4-4-4, or 4-6-5 where it has 15 digits."""
    cuts = (0, 4, 10, 15) if len(number) == 15 else (*range(0, len(number), 4), len(number))
    groups = [number[a:b].encode() for a, b in pairwise(cuts)]
    for name, glue in _GROUP_GLUES.items():
        yield name, glue.join(groups)


def packed_of(number: str) -> Iterator[Form]:
    """How a whole number is packed into bytes: two digits in each, or as a number of the machine or of a language."""
    for shown in _nibbles(number):
        packed = bytes.fromhex(shown)
        yield "bcd", packed
        yield "bcd, nibbles swapped", bytes.fromhex("".join(b + a for a, b in zip(*[iter(shown)] * 2, strict=True)))
    if len(set(number)) > 3:  # tables of small numbers are in every program
        yield "digit values", bytes(map(int, number))
    value = int(number)
    little = value.to_bytes(8, "little")
    yield "int64", little
    yield "int64, big endian", little[::-1]
    yield "pickled int", b"\x8a" + bytes([(value.bit_length() + 8) // 8]) + little[: (value.bit_length() + 8) // 8]
    yield "python int", struct.pack("<II", value & 0x3FFFFFFF, value >> 30)
    yield "double", struct.pack("<d", value)
    yield "double, big endian", struct.pack(">d", value)
    yield "varint", bytes(value >> 7 * i & 0x7F | 0x80 for i in range(7)) + bytes([value >> 49])
    yield "hex of the value", f"{value:x}".encode()
    yield "hex of the value, capitals", f"{value:X}".encode()


def _nibbles(number: str) -> Iterator[str]:
    """The digits as hex, filled up to whole bytes; if shifted by half a byte, without the last one."""
    if len(number) % 2:
        yield from (f"0{number}", f"{number}f", f"{number}0")
    else:
        yield from (number, f"0{number[:-1]}", f"f{number[:-1]}")


def digests_of(number: str) -> Iterator[Form]:
    """Digests without a key: all card numbers can be tried out, so that one gives its number away."""
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, number.encode(), usedforsecurity=False)
        yield name, digest.digest()
        yield f"{name} hex", digest.hexdigest().encode()
        yield f"{name} hex, capitals", digest.hexdigest().upper().encode()
        yield f"{name} base64", base64.b64encode(digest.digest()).rstrip(b"=")[:-1]


def forms_of(number: str) -> Iterator[Form]:
    """Every form of a whole number.

    A number such as 4000…0002 packs into bytes that lie about in any memory: such a find would prove nothing, and
    the form is left out.
    """
    yield "reversed", number[::-1].encode()
    for forms in (texts_of, groups_of, packed_of, digests_of):
        yield from (form for form in forms(number) if b"\0\0\0\0" not in form[1])


def head_of(number: str) -> Iterator[Form]:
    """Every text form of the first 8 digits."""
    yield from ((f"{name}, first 8", form) for name, form in texts_of(number[:8]))


def tails_of(number: str) -> Iterator[Form]:
    """Every text form of the last 10 digits, and the longer ends as plain text."""
    yield from ((f"{name}, last 10", form) for name, form in texts_of(number[-10:]))
    yield from ((f"ascii, last {length}", number[-length:].encode()) for length in range(11, len(number)))
