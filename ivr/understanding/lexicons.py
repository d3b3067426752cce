"""English, Spanish, French, Italian and Portuguese, as callers speak them. See docs/howto/add-a-language.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.understanding.lexicon import Coins, Lexicon


def _coins(**named: str) -> dict[str, Coins]:
    """`USD="dollar dollars, cent cents"`: the larger coins, and behind a comma the smaller ones."""
    split = ((currency, words.partition(",")) for currency, words in named.items())
    return {currency: (tuple(larger.split()), tuple(smaller.split())) for currency, (larger, _, smaller) in split}


_ENGLISH: Final = Lexicon(
    yes=("yes", "yeah", "yep", "correct", "right", "that's right"),
    no=("no", "nope", "wrong"),
    again=("repeat", "say again", "come again"),
    person=("operator", "agent", "representative", "person"),
    ones=tuple(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    ),
    tens=tuple("twenty thirty forty fifty sixty seventy eighty ninety".split()),
    also={"oh": 0},
    scales={"thousand": 1000, "million": 10**6, "billion": 10**9},
    times=("hundred",),
    most_times=99,
    elides=True,
    joins=("and", "a"),
    point=("point",),
    twice=("double",),
    month_names=tuple(
        "January February March April May June July August September October November December".split()
    ),
    weekday_names=tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
    days_ahead={"today": 0, "tomorrow": 1, "day after tomorrow": 2},
    nth={
        word: value
        for value, word in enumerate(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
            start=1,
        )
    }
    | {"thirtieth": 30},
    coins=_coins(
        USD="dollar dollars, cent cents",
        CAD="dollar dollars, cent cents",
        AUD="dollar dollars, cent cents",
        EUR="euro euros, cent cents",
        GBP="pound pounds, penny pence",
        MXN="peso pesos, centavo centavos",
        BRL="real reais, centavo centavos",
        PLN="zloty zlotys, grosz groszy",
        JPY="yen",
    ),
)
_SPANISH: Final = Lexicon(
    yes=("sí", "correcto", "claro", "exacto"),
    no=("no", "incorrecto"),
    again=("repita", "repetir", "otra vez"),
    person=("operador", "operadora", "agente", "persona"),
    ones=tuple(
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
        "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis "
        "veintisiete veintiocho veintinueve".split()
    ),
    tens=tuple("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()),
    hundreds=tuple(
        "cien doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos".split()
    ),
    also={"un": 1, "una": 1, "veintiún": 21, "veintiuna": 21, "ciento": 100}
    | {
        word: value * 100
        for value, word in enumerate(
            "doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas novecientas".split(),
            2,
        )
    },
    scales={"mil": 1000, "millón": 10**6, "millones": 10**6},
    joins=("y", "de"),
    point=("coma", "punto", "con"),
    twice=("doble",),
    month_names=tuple(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
    ),
    weekday_names=tuple("lunes martes miércoles jueves viernes sábado domingo".split()),
    days_ahead={"hoy": 0, "mañana": 1, "pasado mañana": 2},
    nth={"primero": 1},
    coins=_coins(
        USD="dólar dólares, centavo centavos",
        CAD="dólar dólares, centavo centavos",
        AUD="dólar dólares, centavo centavos",
        EUR="euro euros, céntimo céntimos",
        GBP="libra libras, penique peniques",
        MXN="peso pesos, centavo centavos",
        BRL="real reales, centavo centavos",
        PLN="esloti eslotis, grosz groszy",
        JPY="yen yenes",
    ),
)
_FRENCH: Final = Lexicon(
    yes=("oui", "exact", "correct", "d'accord"),
    no=("non", "incorrect"),
    again=("répétez", "répéter", "encore"),
    person=("opérateur", "conseiller", "conseillère", "agent"),
    ones=tuple(
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
    ),
    tens=tuple("vingt trente quarante cinquante soixante".split()),
    also={"une": 1, "septante": 70, "huitante": 80, "octante": 80, "nonante": 90},
    scales={"mille": 1000, "million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9},
    times=("cent", "cents"),
    score=("vingt", "vingts"),
    wide=(60, 80),
    joins=("et", "de", "d"),
    point=("virgule",),
    twice=("double",),
    month_names=tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
    weekday_names=tuple("lundi mardi mercredi jeudi vendredi samedi dimanche".split()),
    days_ahead={"aujourd'hui": 0, "demain": 1, "après demain": 2},
    nth={"premier": 1},
    coins=_coins(
        USD="dollar dollars, cent cents",
        CAD="dollar dollars, cent cents",
        AUD="dollar dollars, cent cents",
        EUR="euro euros d'euros, centime centimes",
        GBP="livre livres, penny pence",
        MXN="peso pesos, centavo centavos",
        BRL="réal réals, centavo centavos",
        PLN="zloty zlotys, grosz groszy",
        JPY="yen yens",
    ),
)
_ITALIAN_TENS: Final = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta".split()
_ITALIAN_ONES: Final = "uno due tré quattro cinque sei sette otto nove".split()
_ITALIAN: Final = Lexicon(
    yes=("sì", "esatto", "corretto", "giusto"),
    no=("no", "sbagliato"),
    again=("ripeta", "ripeti", "ripetere"),
    person=("operatore", "operatrice", "persona", "agente"),
    ones=tuple(
        "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
        "diciassette diciotto diciannove".split()
    ),
    tens=tuple(_ITALIAN_TENS),
    hundreds=tuple(
        "cento duecento trecento quattrocento cinquecento seicento settecento ottocento novecento".split()
    ),
    # ventuno and ventotto lose a vowel, and so does centotto
    also={"un": 1, "una": 1}
    | {
        (tens[:-1] if unit[0] in "uo" else tens) + unit: (ten + 2) * 10 + one + 1
        for ten, tens in enumerate(_ITALIAN_TENS)
        for one, unit in enumerate(_ITALIAN_ONES)
    }
    | {"centotto": 108, "centottanta": 180}
    | {
        f"centottant{unit}" if unit[0] in "uo" else f"centottanta{unit}": 181 + one
        for one, unit in enumerate(_ITALIAN_ONES)
    },
    scales={"mille": 1000, "mila": 1000} | {"milione": 10**6, "milioni": 10**6, "miliardo": 10**9, "miliardi": 10**9},
    times=("cento",),
    joins=("e", "di"),
    point=("virgola",),
    twice=("doppio",),
    month_names=tuple(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split()
    ),
    weekday_names=tuple("lunedì martedì mercoledì giovedì venerdì sabato domenica".split()),
    days_ahead={"oggi": 0, "domani": 1, "dopodomani": 2, "dopo domani": 2},
    nth={"primo": 1},
    coins=_coins(
        USD="dollaro dollari, centesimo centesimi",
        CAD="dollaro dollari, centesimo centesimi",
        AUD="dollaro dollari, centesimo centesimi",
        EUR="euro, centesimo centesimi",
        GBP="sterlina sterline, penny pence",
        MXN="peso pesos, centavo centavos",
        BRL="real, centavo centavos",
        PLN="zloty, grosz groszy",
        JPY="yen",
    ),
)
_PORTUGUESE: Final = Lexicon(
    yes=("sim", "correto", "certo", "isso"),
    no=("não", "errado"),
    again=("repita", "repetir", "de novo"),
    person=("atendente", "operador", "operadora", "pessoa"),
    ones=tuple(
        "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete "
        "dezoito dezenove".split()
    ),
    tens=tuple("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()),
    hundreds=tuple(
        "cem duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos".split()
    ),
    also={"uma": 1, "duas": 2, "meia": 6, "quatorze": 14, "cento": 100}
    | {
        word: value * 100
        for value, word in enumerate(
            "duzentas trezentas quatrocentas quinhentas seiscentas setecentas oitocentas novecentas".split(), 2
        )
    },
    scales={"mil": 1000, "milhão": 10**6, "milhões": 10**6, "bilhão": 10**9, "bilhões": 10**9},
    joins=("e", "de"),
    point=("vírgula", "ponto"),
    month_names=tuple(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split()
    ),
    weekday_names=("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"),
    days_ahead={"hoje": 0, "amanhã": 1, "depois de amanhã": 2},
    nth={"primeiro": 1},
    coins=_coins(
        USD="dólar dólares, centavo centavos",
        CAD="dólar dólares, centavo centavos",
        AUD="dólar dólares, centavo centavos",
        EUR="euro euros, centavo centavos",
        GBP="libra libras, pêni pence",
        MXN="peso pesos, centavo centavos",
        BRL="real reais, centavo centavos",
        PLN="zloty zlotys, grosz groszy",
        JPY="iene ienes",
    ),
)
LEXICONS: Final[Mapping[str, Lexicon]] = {
    "en": _ENGLISH,
    "es": _SPANISH,
    "fr": _FRENCH,
    "it": _ITALIAN,
    "pt": _PORTUGUESE,
}
"""By language. In a language that is not here callers are understood by their keys alone."""
