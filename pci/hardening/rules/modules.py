"""modules.conf, and what is really loaded: what is not loaded cannot leak a key."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from pci.hardening.conffile import Place, Setting
from pci.hardening.rule import ADVICE, EXPOSED, LEAK, Asterisk, Find, Rule, is_on, setting, where

_LOADS: Final = frozenset({"load", "require", "preload", "preload-require"})
NATIVE_RTP: Final = "bridge_native_rtp.so"
# what a module does to the wall, and the modules that do it
KEYS: Final = (
    "app_read.so", "app_readexten.so", "app_dtmfstore.so", "app_disa.so", "app_authenticate.so", "app_directory.so",
    "app_privacy.so", "app_speech_utils.so", "res_pjsip_dtmf_info.so",
)  # fmt: skip
EARS: Final = (
    "app_mixmonitor.so", "app_chanspy.so", "app_record.so", "app_monitor.so", "app_dictate.so", "app_confbridge.so",
    "app_page.so", "app_voicemail*.so", "app_minivm.so", "app_jack.so", "app_queue.so", "*audiosocket.so",
    "chan_websocket.so", "res_ari_recordings.so", "res_pjsip_one_touch_record_info.so",
)  # fmt: skip
TRACES: Final = ("res_hep*.so", "res_pjsip_history.so", "res_pjsip_logger.so", "func_frame_trace.so")
FRAME_DROP: Final = ("func_frame_drop.so",)
RECORDS: Final = ("cdr_*.so", "cel_*.so", "res_prometheus.so", "res_statsd.so", "res_snmp.so", "app_cdr.so")
DOORS: Final = (
    "chan_sip.so", "chan_iax2.so", "chan_skinny.so", "chan_mgcp.so", "chan_unistim.so", "chan_motif.so",
    "chan_dahdi.so", "chan_ooh323.so", "chan_console.so", "res_pjsip_refer.so", "res_pjsip_messaging.so",
    "res_xmpp.so", "res_agi.so", "app_system.so", "app_externalivr.so",
    "app_originate.so", "func_shell.so", "func_curl.so", "res_clioriginate.so", "pbx_spool.so", "pbx_dundi.so",
    "pbx_ael.so", "pbx_lua.so", "pbx_realtime.so", "res_config_*.so", "res_realtime.so", "res_phoneprov.so",
    "res_http_post.so",
)  # fmt: skip
UNWANTED: Final = (*KEYS, *EARS, *TRACES, *FRAME_DROP, *RECORDS, *DOORS)


def _fits(module: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(module, pattern) for pattern in patterns)


def _named(asterisk: Asterisk, words: frozenset[str]) -> list[Setting]:
    sections = asterisk.file("modules.conf").named("modules")
    return [one for section in sections for one in section.settings if one.key.lower() in words]


def _module(one: Setting) -> str:
    return one.value if one.value.endswith(".so") else f"{one.value}.so"


def configured(asterisk: Asterisk) -> set[str]:
    """The modules that modules.conf names to be loaded."""
    return {_module(one) for one in _named(asterisk, _LOADS)}


def _loads(patterns: tuple[str, ...]) -> Find:
    def find(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
        for one in _named(asterisk, _LOADS):
            if _fits(_module(one), patterns):
                yield one.place, f"{one.key} = {one.value}"

    return find


def _autoload(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    default = "no" if "modules.conf" in asterisk.files else "yes"  # without the file Asterisk loads all there is
    yield from setting("modules.conf", "modules", "autoload", lambda value: not is_on(value), default)(asterisk)


def _native_rtp(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    loads = [one for one in _named(asterisk, _LOADS) if _module(one) == NATIVE_RTP]
    yield from ((one.place, f"{one.key} = {one.value}") for one in loads)
    if not loads and NATIVE_RTP not in {_module(one) for one in _named(asterisk, frozenset({"noload"}))}:
        yield where(asterisk, "modules.conf", "modules"), "it is not kept from being loaded"


def _runs_unwanted(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    names = asterisk.live.modules - configured(asterisk) if asterisk.live else frozenset()
    for name in sorted(names):
        if name == NATIVE_RTP or _fits(name, UNWANTED):
            yield Place(asterisk.etc / "modules.conf"), f"{name} is loaded"


def _runs_more(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    names = asterisk.live.modules - configured(asterisk) if asterisk.live else frozenset()
    for name in sorted(names):
        if name.endswith(".so") and name != NATIVE_RTP and not _fits(name, UNWANTED):
            yield Place(asterisk.etc / "modules.conf"), f"{name} is loaded"


def _runs_less(asterisk: Asterisk) -> Iterator[tuple[Place, str]]:
    for one in _named(asterisk, _LOADS) if asterisk.live else ():
        if asterisk.live and _module(one) not in asterisk.live.modules:
            yield one.place, f"{one.value} is not running"


# fmt: off
RULES: Final = (
    Rule("AST601", EXPOSED, "Asterisk loads every module there is",
         "with them come those that collect, record and report keys",
         "modules.conf: autoload = no, and one `require =` for each module that is needed",
         _autoload),
    Rule("AST602", LEAK, "bridge_native_rtp may be loaded",
         "it hands the caller's keys straight to the agent, and the card side never sees them",
         "modules.conf: noload = bridge_native_rtp.so",
         _native_rtp),
    Rule("AST603", LEAK, "A module that collects keys is loaded",
         "what it collects becomes a channel variable, or stands as text in SIP",
         "modules.conf: remove the line",
         _loads(KEYS)),
    Rule("AST604", LEAK, "A module that records, or lets somebody listen, is loaded",
         "the caller's tones, or the keys themselves, are in what it hands on",
         "modules.conf: remove the line",
         _loads(EARS)),
    Rule("AST605", LEAK, "A module that traces calls is loaded",
         "SIP INFO keys and audio frames stand in its output, which some send to another machine",
         "modules.conf: remove the line",
         _loads(TRACES)),
    Rule("AST606", EXPOSED, "func_frame_drop is loaded",
         "FRAME_DROP ends Asterisk 22.10 with the first key that is pressed",
         "modules.conf: remove the line",
         _loads(FRAME_DROP)),
    Rule("AST607", EXPOSED, "A module that writes call records or statistics is loaded",
         "it tells others about calls, CEL about each key",
         "modules.conf: remove the line",
         _loads(RECORDS)),
    Rule("AST608", EXPOSED, "A module that opens another way in is loaded",
         "calls, commands or configuration come in where nothing is checked",
         "modules.conf: remove the line",
         _loads(DOORS)),
    Rule("AST611", LEAK, "A harmful module runs that modules.conf does not name",
         "somebody loaded it by hand, or autoload did",
         "restart Asterisk, and deny `module load` in cli_permissions.conf",
         _runs_unwanted),
    Rule("AST612", ADVICE, "A module runs that modules.conf does not name",
         "nobody has decided that it is needed",
         "modules.conf: name it with `require =`, or restart Asterisk without it",
         _runs_more),
    Rule("AST613", ADVICE, "A module that modules.conf names does not run",
         "modules.conf has changed since Asterisk started, or this Asterisk lacks the module",
         "restart Asterisk, or remove the line",
         _runs_less),
)
# fmt: on
