"""What the dialplan does with a call: extensions.conf, features.conf, stasis.conf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pci.hardening.conffile import Place, Setting
from pci.hardening.rule import ADVICE, EXPOSED, LEAK, Asterisk, Find, Rule, where

_KEYS: Final = frozenset(
    "read readexten waitexten background disa authenticate vmauthenticate storedtmf receivedtmf speechbackground"
    " directory privacymanager getdata minivmaccmess".split()
)
_EARS: Final = frozenset(
    "mixmonitor monitor chanspy extenspy record confbridge page dictate audiosocket externalivr jack meetme snoop"
    " voicemail voicemailmain minivmrecord minivmgreet queue sms".split()
)
_SPEAKS: Final = frozenset("saydigits saynumber sayalpha sayphonetic saycounted saymoney".split())
_RUNS: Final = frozenset("system trysystem agi eagi fastagi deadagi shell curl asyncagi externalivr".split())
_CRASHES: Final = frozenset({"frame_drop", "frame_trace"})
_HARMLESS: Final = frozenset("stasis hangup answer noop ringing progress congestion busy goto".split())
_CARD: Final = re.compile(r"card|cvv|cvc|cv2|(?<![a-z])pan(?![a-z])|ccn|cc_?num|expir|security_?code", re.IGNORECASE)
_ASSIGNS: Final = frozenset({"set", "mset", "global"})
_KINDS: Final = (("keys", _KEYS), ("ears", _EARS), ("speaks", _SPEAKS), ("crashes", _CRASHES), ("runs", _RUNS))


def _steps(asterisk: Asterisk) -> Iterator[tuple[Setting, str]]:
    """Each line of the dialplan that does something, and what: `Read(KEYS,prompt)`."""
    for section in asterisk.file("extensions.conf").sections:
        for one in section.settings:
            parts = one.value.split(",", 2 if one.key.lower() == "exten" else 1)
            if one.key.lower() in ("exten", "same") and len(parts) >= 2 and parts[-2].strip().lower() != "hint":
                yield one, parts[-1].strip()


def _kind(step: str) -> str:
    """What a step is: one of `_KINDS`, `card`, `question`, or nothing that matters."""
    words = [word.lower() for word in re.findall(r"[A-Za-z_]\w*(?=\()", step)] or [step.lower()]
    for kind, names in _KINDS:
        if names & set(words):
            return kind
    if _ASSIGNS & set(words) and any(_CARD.search(name) for name in re.findall(r"[(,]([^=,]*)=", step)):
        return "card"
    return "" if words[0] in _HARMLESS else "question"


def _doing(kind: str) -> Find:
    def find(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
        for one, step in _steps(asterisk):
            if _kind(step) == kind:
                yield one.place, step.partition("(")[0]

    return find


def _switches(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in asterisk.file("extensions.conf").sections:
        for one in section.settings:
            if one.key.lower() in ("switch", "lswitch", "eswitch"):
                yield one.place, f"{one.key} => {one.value.partition('/')[0]}"


def _features(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for name in ("featuremap", "applicationmap"):
        for section in asterisk.file("features.conf").named(name):
            yield from ((one.place, f"{one.key} = {one.value}") for one in section.settings if one.value)
    for key, default in (("blindxfer", "#"), ("disconnect", "*")):
        if not asterisk.settings("features.conf", "featuremap", key):
            place = where(asterisk, "features.conf", "featuremap")
            yield place, f"{key} is not set, and Asterisk takes {default}"


def _declined(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for section in asterisk.file("stasis.conf").named("declined_message_types"):
        for one in section.all("decline"):
            yield one.place, f"decline = {one.value}"


# fmt: off
RULES: Final = (
    Rule("AST501", LEAK, "The dialplan collects keys",
         "what it collects becomes a channel variable, which every listener gets and which stays in memory",
         "extensions.conf: hand the call to Stasis; only the card side asks for digits",
         _doing("keys")),
    Rule("AST502", LEAK, "The dialplan records, or lets somebody listen",
         "the caller's tones are in what is recorded or heard",
         "extensions.conf: hand the call to Stasis",
         _doing("ears")),
    Rule("AST503", LEAK, "The dialplan speaks digits",
         "each digit is named in events and in the verbose log",
         "extensions.conf: hand the call to Stasis",
         _doing("speaks")),
    Rule("AST504", LEAK, "A channel variable is named like card data",
         "every listener is told the value of a variable that is set",
         "extensions.conf: never keep card data in a variable",
         _doing("card")),
    Rule("AST505", EXPOSED, "The dialplan filters frames",
         "FRAME_DROP ends Asterisk 22.10 with the first key; FRAME_TRACE prints keys",
         "extensions.conf: remove it",
         _doing("crashes")),
    Rule("AST506", EXPOSED, "The dialplan runs a program",
         "it gets the call's variables, and may ask for keys",
         "extensions.conf: hand the call to Stasis",
         _doing("runs")),
    Rule("AST507", ADVICE, "The dialplan does more than hand calls to Stasis",
         "every further step is one that nobody has looked at for card data",
         "extensions.conf: `Stasis(ivr)` and `Hangup` alone, or be sure that the step never meets a digit",
         _doing("question")),
    Rule("AST508", EXPOSED, "Part of the dialplan comes from elsewhere",
         "what stands there is not checked",
         "extensions.conf: remove the switch",
         _switches),
    Rule("AST511", EXPOSED, "Keys start features during a bridged call",
         "Asterisk then collects keys to compare them, and a caller can leave the flow",
         "features.conf: `blindxfer =` and `disconnect =` (the defaults are # and *), nothing else there",
         _features),
    Rule("AST512", ADVICE, "Messages are declined",
         "without key messages the card side gets no digits and cannot take a payment",
         "stasis.conf: remove [declined_message_types]",
         _declined),
)
# fmt: on
