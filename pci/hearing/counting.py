"""About how many digits somebody said in Spanish, French, Italian or Portuguese, one by one or in pairs.

Nothing is understood here, only counted: "quarante et un" is two digits, "cent onze" three. Amounts have few. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final


class _Kind(Enum):
    ONE = auto()  # a digit
    TENS = auto()  # two digits, or one where another digit follows
    TWO = auto()
    HUNDRED = auto()  # the first of three digits
    THREE = auto()


_WORDS: Final[dict[str, dict[_Kind, str]]] = {
    "es": {
        _Kind.ONE: "cero|una?|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve",
        _Kind.TENS: "(trei|cuare|cincue|sese|sete|oche|nove)nta",
        _Kind.TWO: "diez|once|doce|trece|catorce|quince|dieci.+|veint.+",
        _Kind.HUNDRED: "cien|ciento|.+cient[oa]s|quinient[oa]s",
    },
    "fr": {
        _Kind.ONE: "zéro|une?|deux|trois|quatre|cinq|six|sept|huit|neuf",
        _Kind.TENS: "dix|vingts?|trente|quarante|cinquante|soixante|septante|huitante|octante|nonante",
        _Kind.TWO: "onze|douze|treize|quatorze|quinze|seize",
        _Kind.HUNDRED: "cents?",
    },
    "it": {
        _Kind.THREE: ".*cento.*",
        _Kind.ONE: "zero|una?|uno|due|tre|tré|quattro|cinque|sei|sette|otto|nove",
        _Kind.TWO: "dieci|(un|do|tre|quattor|quin|se)dici|dici.+|vent.+|(tr|quar|cinqu|sess|sett|ott|nov)[ae]nt.+",
    },
    "pt": {
        _Kind.ONE: "zero|uma?|dois|duas|três|quatro|cinco|seis|meia|sete|oito|nove",
        _Kind.TENS: "vinte|trinta|quarenta|cinquenta|sessenta|setenta|oitenta|noventa",
        _Kind.TWO: "dez|onze|doze|treze|catorze|quatorze|quinze|dez[ae].+|dezoito",
        _Kind.HUNDRED: "cem|cento|(duz|trez)ent[oa]s|quinhent[oa]s|.+cent[oa]s",
    },
}
_DIGITS: Final = {_Kind.ONE: 1, _Kind.TENS: 2, _Kind.TWO: 2, _Kind.HUNDRED: 1, _Kind.THREE: 3}
_SCORE: Final = ("vingt", "vingts")
_TIMES: Final = ("cent", "cents")
_WITH_TEENS: Final = (*_SCORE, "soixante")  # "soixante et onze" is 71
_NO_MORE: Final = ("", None)


def digits_in(words: Sequence[str], language: str) -> int:
    """How many digits these words are, whatever is said between them; 0 in a language that is not known here."""
    kinds = _WORDS.get(language, {})
    said = [(word, kind) for word in words if (kind := _kind(word, kinds)) is not None]
    return sum(_counted(*one, *after) for one, after in zip(said, [*said[1:], _NO_MORE], strict=False))


def _kind(word: str, kinds: Mapping[_Kind, str]) -> _Kind | None:
    return next((kind for kind, pattern in kinds.items() if re.fullmatch(pattern, word)), None)


def _counted(word: str, kind: _Kind, after: str, follows: _Kind | None) -> int:
    """How many digits a word adds, before another one."""
    if kind is _Kind.ONE and (after in _TIMES or (word == "quatre" and after in _SCORE)):
        return 0
    if kind is _Kind.TENS and word in _WITH_TEENS and (follows is _Kind.TWO or after == "dix"):
        return 0
    return 1 if kind is _Kind.TENS and follows is _Kind.ONE else _DIGITS[kind]
