"""How many digits somebody said in Spanish, French, Italian or Portuguese: one by one, in pairs, in larger numbers.

Nothing is understood here, only counted, and never fewer than may be understood: "quarante et un" is two digits,
"cent onze" three, "mil ciento once" four, "doble uno" two. Amounts have few. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

# 0 and 1; 2 is two to nine, but 4 is quatre and 7 sept to neuf. D is dix, V vingt, S that of quatre-vingts, W tens
# that up to nineteen may follow, T tens that a digit may follow, E two digits that nothing may. C and H are hundreds,
# of which C multiplies, M a thousand, N a million, B a billion. & joins parts of a number, X doubles the next one.
_SIGNS: Final[Mapping[str, Mapping[str, str]]] = {
    "es": {
        "0": "cero",
        "1": "una?|uno",
        "2": "dos|tres|cuatro|cinco|seis|siete|ocho|nueve",
        "T": "veinte|(trei|cuare|cincue|sese|sete|oche|nove)nta",
        "E": "diez|once|doce|trece|catorce|quince|dieci.+|veint.+",
        "H": "cien|ciento|.+cient[oa]s|quinient[oa]s",
        "M": "mil",
        "N": "millón|millones",
        "&": "y|de",
        "X": "doble",
    },
    "fr": {
        "0": "zéro",
        "1": "une?",
        "2": "deux|trois|cinq|six",
        "4": "quatre",
        "7": "sept|huit|neuf",
        "D": "dix",
        "V": "vingt",
        "S": "vingts",
        "W": "soixante|huitante|octante",
        "T": "trente|quarante|cinquante|septante|nonante",
        "E": "onze|douze|treize|quatorze|quinze|seize",
        "C": "cents?",
        "M": "mille",
        "N": "millions?",
        "B": "milliards?",
        "&": "et|de|d",
        "X": "double",
    },
    "it": {
        "0": "zero",
        "1": "una?|uno",
        "2": "due|tre|tré|quattro|cinque|sei|sette|o?tto|nove",
        "T": "venti|trenta|quaranta|cinquanta|sessanta|settanta|(o?t)?tanta|novanta",
        "E": "dieci|(un|do|tre|quattor|quin|se)dici|dici.+|vent.+|(tr|quar|cinqu|sess|sett|o?tt|nov)[ae]nt.+",
        "C": "cento",
        "M": "mille|mila",
        "N": "milion[ei]",
        "B": "miliard[oi]",
        "&": "e|di",
        "X": "doppio",
    },
    "pt": {
        "0": "zero",
        "1": "uma?",
        "2": "dois|duas|três|quatro|cinco|seis|meia|sete|oito|nove",
        "T": "vinte|trinta|quarenta|cinquenta|sessenta|setenta|oitenta|noventa",
        "E": "dez|onze|doze|treze|catorze|quatorze|quinze|dez[ae].+|dezoito",
        "H": "cem|cento|(duz|trez)ent[oa]s|quinhent[oa]s|.+cent[oa]s",
        "M": "mil",
        "N": "milhão|milhões",
        "B": "bilhão|bilhões",
        "&": "e|de",
    },
}
_WITHIN: Final = {"it": re.compile("cento|mila|mille")}
"""Where one word may be a whole number, what it is made of: quattrocentoundici."""
_OTHER: Final = "."
_PASSED_OVER: Final = re.compile("(?<=[^.&])&(?=[^.&])|(?<=X)[01](?=&?[CMNB])")
"""What joins two parts, and the one of a doubled "un cent": elsewhere it may be a number by itself."""
_PAIR: Final = "(?:4[VS]|W)(?:D7?|E|[1247])?|D7?|[VT][1247]?|E"
_BELOW: Final = f"(?:(?:[247]?C|H)(?:{_PAIR}|[1247])?|{_PAIR}|[1247])"
_NUMBER: Final = re.compile(f"(X?)(0|(?:{_BELOW}?B)?(?:{_BELOW}?N)?(?:{_BELOW}?M)?{_BELOW}?)")
_WIDE: Final = dict.fromkeys("DVSWTE", 2) | dict.fromkeys("CH", 3)
_SCALES: Final = {"M": 3, "N": 6, "B": 9}


def digits_in(words: Sequence[str], language: str) -> int:
    """How many digits these words are, whatever is said between them; 0 in a language that is not known here."""
    said = " ".join(words)
    if within := _WITHIN.get(language):
        said = within.sub(r" \g<0> ", said)
    signs = "".join(_sign(word, _SIGNS.get(language, {})) for word in said.split())
    return sum(_width(*number.groups()) for number in _NUMBER.finditer(_PASSED_OVER.sub("", signs)))


def _sign(word: str, signs: Mapping[str, str]) -> str:
    return next((sign for sign, pattern in signs.items() if re.fullmatch(pattern, word)), _OTHER)


def _width(doubled: str, number: str) -> int:
    """How many digits a number is written with, or two of them; one for a word that doubles what is still to come."""
    if not number:
        return len(doubled)
    scale = next((sign for sign in number if sign in _SCALES), "")
    most = number.partition(scale)[0] if scale else number
    return (max((_WIDE.get(sign, 1) for sign in most), default=1) + _SCALES.get(scale, 0)) * (len(doubled) + 1)
