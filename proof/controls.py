"""Positive controls: leaks on purpose, for each place and detector. A proof whose controls stay silent is void."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from proof.caller import CUT_OFF, HUNG_UP
from proof.hunt import Find
from proof.leaky import PREFIX
from proof.rounds import Build
from proof.setting import append
from proof.ways import HANG_UP, WAYS, Way

_TWICE: Final = {"enter-account": ["{account}#", "{pan}#"]}  # first for the call side, then for the card side


@dataclass(frozen=True, slots=True)
class Control:
    """One leak: what leaks, and the detector and place (a regular expression) that have to name it.

    The place is that of the find, with its encoding in brackets. Some leaks are of everybody's keys, not only of
    those of the control's own caller; and tones in a voice need not come through whole, so as to name a card.
    """

    name: str
    about: str
    detector: str
    where: str
    way: Way
    of_everybody: bool = False

    @property
    def calls_as(self) -> str:
        """The name that its caller calls under: it tells the leaky program what to do."""
        return PREFIX + self.name

    def fired(self, finds: Iterable[Find], canaries: Iterable[int]) -> Find | None:
        """The find that proves it: of its own canary, by its own detector, in its own place."""
        own = frozenset(canaries)
        for find in finds:
            place = f"{find.where} ({find.encoding})"
            whose = self.of_everybody or find.canary in own
            if whose and find.detector == self.detector and re.search(self.where, place):
                return find
        return None


def _asked(name: str, about: str, detector: str, where: str) -> Control:
    return Control(name, f"ivr asks for the card and {about}", detector, where, Way(name, about, answers=_TWICE))


def _careless(name: str, about: str, detector: str, where: str, *, of_everybody: bool = False) -> Control:
    return Control(name, about, detector, where, Way(name, about), of_everybody)


def _overheard(
    name: str, about: str, detector: str, where: str, *, of_everybody: bool = False, **way: object
) -> Control:
    """Of a caller who says their card; a machine with much to do may cut a number in two, which then names nobody."""
    return Control(name, about, detector, where, Way(name, about, speaks=True, **way), of_everybody)  # type: ignore[arg-type]


def _beside(name: str, about: str, detector: str, where: str, **way: object) -> Control:
    way_in = Way(name, about, **way)  # type: ignore[arg-type]
    return Control(name, about, detector, where, way_in, of_everybody=way_in.told == "tones")


_IVR, _PCI, _ASTERISK = r"/ivr/ivr\.log ", r"/pci/pci\.log ", r"/asterisk/log/"
_CONTROLS: Final = (
    _asked("collect", "hears its keys", "events", "^ARI, to ivr"),
    _asked("print", "prints it", "files", _IVR),
    _asked("f-string-log", "logs it with an f-string", "files", r"/ivr/debug\.log "),
    _asked("key-log", "logs key after key, each on a line", "events", _IVR),
    _asked("base64-log", "logs it in base64", "files", _IVR),
    _asked("traceback", "prints a traceback with local variables", "files", _IVR),
    _asked("database", "puts it into a column of its database", "files", r"/ivr/ivr\.sqlite"),
    _asked("environ", "gives it to a child in the environment", "memory", "^ivr, its child.*environment"),
    _asked("argv", "gives it to a child as an argument", "memory", "^ivr, its child.*arguments"),
    _asked("url", "puts it into a URL of Asterisk's", "bytes", "^ARI, from ivr"),
    _asked("memory", "keeps it in memory", "memory", "^ivr: "),
    _asked("core", "keeps it in memory in UTF-16, and is dumped", "core", "^core of ivr"),
    _overheard(
        "heard-print",
        "pci prints what it understands while a card is said",
        "files",
        _PCI + ".*words",
        of_everybody=True,
    ),
    _overheard("heard-file", "pci writes down the sound of a card that is said", "files", r"/pci/heard\.raw .*sound"),
    _overheard(
        "bridge-said", "pci leaves a caller who speaks with the agent", "rtp", "^the agent's leg.*sound", agent=True
    ),
    _careless("pci-print", "pci prints it", "files", _PCI),
    _careless("pci-memory", "pci keeps it in memory", "memory", "^pci: "),
    _careless("pci-database", "pci writes it into a column in the clear", "files", r"/pci/pci\.sqlite"),
    _careless("pci-answer", "pci answers the call side with it", "bytes", "^the card side's socket, to ivr"),
    _careless(
        "gate-open", "the gate lets ivr listen in on a capture, and pci does not look", "events", "^ARI, to ivr"
    ),
    _careless(
        "logger-dtmf", "Asterisk's logger has the level dtmf", "events", _ASTERISK + "messages ", of_everybody=True
    ),
    _careless("cel", "Asterisk's event logging is on", "events", _ASTERISK + "cel-custom/", of_everybody=True),
    _beside(
        "bridge", "pci leaves the caller with the agent", "rtp", "^the agent's leg.*telephone events", agent=True
    ),
    _beside(
        "bridge-tones",
        "the same, and the keys are tones that nobody listens for",
        "rtp",
        r"^the agent's leg.*\(tones",
        agent=True,
        told="tones",
        pause=7.0,  # what is said while a prompt is played reaches nobody
        answers=WAYS["unheard-tones"].answers,
        ends=WAYS["unheard-tones"].ends,
    ),
    _beside(
        "read",
        "the dialplan collects it with Read()",
        "memory",
        "^asterisk: ",
        answers={"": ["{pan}#"]},
        ends=CUT_OFF,
        dials=f"{PREFIX}read",
        pause=1.0,
    ),
    _beside(
        "record",
        "the dialplan records a caller who sends tones",
        "audio",
        r"/asterisk/spool/.*\.wav ",
        answers={"": ["{pan}" + HANG_UP]},
        ends=HUNG_UP,
        dials=f"{PREFIX}record",
        told="tones",
        pause=1.0,
    ),
)
CONTROLS: Final[Mapping[str, Control]] = MappingProxyType({control.name: control for control in _CONTROLS})

_DIALPLAN: Final = {
    "read": ["Answer()", "Read(CARD,,19,,1,20)", "Set(GLOBAL(CARD)=${CARD})", "Hangup()"],
    "record": ["Answer()", "Record({spool}/caller.wav,0,30,qk)", "Hangup()"],
}
_MODULES: Final = {
    "read": ("app_read", "func_global"),
    "record": ("app_record",),
    "cel": ("func_strings", "res_cdrel_custom", "cel_custom"),
}


def build_with(names: Iterable[str]) -> Build:
    """The product with these leaks."""
    leaks = frozenset(names)

    def amend(etc: Path) -> None:
        for name in sorted(leaks & _MODULES.keys()):
            append(etc / "modules.conf", "".join(f"load = {module}.so\n" for module in _MODULES[name]))
        for name in sorted(leaks & _DIALPLAN.keys()):
            steps = "".join(f" same => n,{step}\n" for step in _DIALPLAN[name][1:])
            lines = f"[incoming](+)\nexten => {PREFIX}{name},1,{_DIALPLAN[name][0]}\n{steps}"
            append(etc / "extensions.conf", lines.replace("{spool}", str(etc.parent / "spool")))
        if "logger-dtmf" in leaks:
            logger = etc / "logger.conf"
            logger.write_text(logger.read_text().replace("warning,error", "warning,error,dtmf"))
        if "cel" in leaks:
            (etc.parent / "log" / "cel-custom").mkdir()
            (etc / "cel.conf").write_text("[general]\nenable = yes\napps = all\nevents = ALL\n")
            columns = "${CSV_QUOTE(${eventtype})},${CSV_QUOTE(${CHANNEL(name)})},${CSV_QUOTE(${eventextra})}"
            append(etc / "cel_custom.conf", f"[mappings]\nMaster.csv => {columns}\n")

    programs = {"ivr", "pci", "gate"} if "gate-open" in leaks else {"ivr", "pci"}
    return Build(dict.fromkeys(programs, "proof.leaky"), amend)
