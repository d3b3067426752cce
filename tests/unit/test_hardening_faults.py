"""One fault planted into the rendered configuration: exactly that finding, with its file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.hardened import found, line_of, plant, rendered


@dataclass(frozen=True, slots=True)
class Fault:
    """`before` becomes `after` in a file; the finding is on the line that holds `at`, or the last line of `after`."""

    code: str
    file: str
    before: str
    after: str
    at: str | None = None
    trunk: bool = False

    @property
    def place(self) -> str:
        return self.after.splitlines()[-1] if self.at is None else self.at


def replaced(code: str, file: str, before: str, after: str, at: str | None = None) -> Fault:
    return Fault(code, file, before, after, at)


def added(code: str, file: str, *lines: str, at: str | None = None) -> Fault:
    return Fault(code, file, "", "\n".join(lines), at)


def dialplan(code: str, step: str) -> Fault:
    return replaced(code, "extensions.conf", " same => n,Hangup(34)\n\n", f" same => n,{step}\n\n", f"n,{step}")


SHIPPED = "[anonymous]\ntype = endpoint"
# what becomes of the shipped endpoint on a machine that takes calls from a carrier
TRUNK = """[wan]
type = transport
protocol = tls
bind = 0.0.0.0:5061
method = tlsv1_2
verify_server = yes
verify_client = yes

[carrier]
type = endpoint
transport = wan
media_encryption = sdes"""


def on_a_trunk(code: str, before: str, after: str, at: str | None = None) -> Fault:
    return Fault(code, "pjsip.conf", before, after, at, trunk=True)


FAULTS = [
    # the files
    replaced("AST001", "rtp.conf", "icesupport = yes", "#exec /usr/local/bin/ice"),
    replaced("AST002", "rtp.conf", "icesupport = yes", "icesupport yes"),
    added("AST002", "rtp.conf", "[more"),
    replaced("AST002", "rtp.conf", "icesupport = yes", "#include missing.conf"),
    added("AST003", "rtp.conf", "[General]", "dtmftimeout = 3000", at="[General]"),
    added("AST006", "extconfig.conf", "[settings]", "queues => odbc,asterisk"),
    added("AST006", "sorcery.conf", "endpoint = realtime,ps_endpoints"),
    added("AST006", "pjsip_wizard.conf", "[carrier]", "type = wizard", at="[carrier]"),
    # the core
    replaced("AST101", "asterisk.conf", "dumpcore = no", "dumpcore = yes"),
    replaced("AST102", "asterisk.conf", "debug = 0", "debug = 3"),
    replaced("AST103", "asterisk.conf", "verbose = 0", "verbose = 3"),
    replaced("AST104", "asterisk.conf", "live_dangerously = no", "live_dangerously = yes"),
    replaced("AST105", "asterisk.conf", "execincludes = no", "execincludes = yes"),
    replaced("AST106", "asterisk.conf", "nocolor = yes", "runuser = root"),
    replaced("AST107", "asterisk.conf", "disable_remote_console_shell = yes", "", at="[options]"),
    replaced("AST108", "asterisk.conf", "astctlpermissions = 0600", "astctlpermissions = 0666"),
    replaced("AST111", "cli_permissions.conf", "default_perm = deny", "default_perm = permit"),
    added("AST112", "cli_permissions.conf", "[support]", "permit = (rtp|pjsip) set .*"),
    replaced("AST112", "cli_permissions.conf", "deny = rtp set debug", "", at="permit = all"),
    # what is written about calls
    *(
        replaced(
            "AST201", "logger.conf", "notice,warning,error,security", f"notice,security,{level}", at="messages =>"
        )
        for level in ("dtmf", "debug", "verbose(3)", "trace", "*")
    ),
    added("AST201", "logger.conf", "console => [json]error,DTMF"),
    replaced("AST202", "logger.conf", "queue_log = no", "queue_log = yes"),
    replaced("AST203", "logger.conf", "error,security", "error", at="[logfiles]"),
    replaced("AST212", "cel.conf", "enable = no", "enable = yes"),
    added("AST211", "cel.conf", "events = CHAN_START,ALL"),
    added("AST211", "cel.conf", "events = CHAN_START", "events = dtmf"),
    replaced("AST221", "cdr.conf", "enable = no", "unanswered = no", at="[general]"),
    replaced("AST231", "manager.conf", "\nenabled = no", "\nenabled = yes"),
    replaced("AST232", "manager.conf", "webenabled = no", "webenabled = yes"),
    added("AST233", "manager.conf", "[monitor]", "read = system,dtmf"),
    added("AST234", "manager.conf", "[monitor]", "write = originate"),
    # who gets in
    replaced("AST301", "http.conf", "bindaddr = 127.0.0.1", "bindaddr = 0.0.0.0"),
    replaced("AST301", "http.conf", "bindaddr = 127.0.0.1", "bindaddr = [::]"),
    replaced("AST302", "http.conf", "enable_static = no", "enable_static = yes"),
    replaced("AST303", "http.conf", "enable_status = no", "enable_status = yes"),
    added("AST304", "http.conf", "prefix = asterisk"),
    added(
        "AST305", "http.conf", "tlsdisablev11 = yes", "tlsdisablev1 = no", "tlsenable = yes", at="tlsdisablev1 = no"
    ),
    replaced("AST311", "ari.conf", "pretty = no", "allowed_origins = *"),
    replaced("AST312", "ari.conf", "pretty = no", "pretty = yes"),
    replaced("AST313", "ari.conf", "pretty = no", "channelvars = CALLERID(num)"),
    added("AST321", "ari.conf", "[support]", "type = user", "password = 4GxY0mJ7Cw2bQ9tLrN5s", at="[support]"),
    added("AST322", "ari.conf", "read_only = yes"),
    added("AST323", "ari.conf", "[feed]", "type = outbound_websocket", at="[feed]"),
    added("AST323", "websocket_client.conf", "[asr]", "type = websocket_client", at="[asr]"),
    added("AST331", "ari.conf", "password = asterisk"),
    added("AST331", "pjsip.conf", "[carrier]", "type = auth", "password = xK3-9d"),
    # sound and signalling
    replaced("AST401", "rtp.conf", "strictrtp = yes", "strictrtp = no"),
    added("AST402", "rtp.conf", "srtpreplayprotection = no"),
    added("AST403", "rtp.conf", "stunaddr = stun.example.net"),
    on_a_trunk("AST411", "protocol = tls", "protocol = tcp", at="bind = 0.0.0.0:5061"),
    on_a_trunk("AST412", "method = tlsv1_2", "method = tlsv1"),
    on_a_trunk("AST413", "verify_server = yes", "", at="[wan]"),
    on_a_trunk("AST414", "verify_client = yes", "verify_client = no"),
    on_a_trunk("AST421", "media_encryption = sdes", "", at="[carrier]"),
    on_a_trunk("AST422", "media_encryption = sdes", "media_encryption = sdes\nmedia_encryption_optimistic = yes"),
    on_a_trunk("AST428", "[carrier]", "[anonymous@example.net]"),
    replaced("AST423", "pjsip.conf", "direct_media = no", "", at="[anonymous]"),
    replaced("AST424", "pjsip.conf", "dtmf_mode = rfc4733", "dtmf_mode = auto_info"),
    replaced("AST425", "pjsip.conf", "allow_transfer = no", "allow_transfer = yes"),
    replaced("AST426", "pjsip.conf", "allow_subscribe = no", "", at="[anonymous]"),
    replaced("AST427", "pjsip.conf", "one_touch_recording = no", "one_touch_recording = yes"),
    replaced("AST441", "phones.conf", "auth = agent-2", "auth = agent-2\ndtmf_mode = rfc4733", "dtmf_mode = rfc4733"),
    replaced("AST442", "phones.conf", "auth = agent-2", "", at="[agent-2](page-phone)"),
    added("AST443", "phones.conf", "[agent-1] ; known", "type = auth", "password = xK3-9dxK3-9dxK3", at="; known"),
    replaced("AST431", "pjsip.conf", "user_agent = PBX", "user_agent = PBX\ndebug = yes"),
    added("AST432", "pjproject.conf", "[log_mappings]", "type = log_mappings", "asterisk_notice = 2,3,4,5"),
    replaced("AST433", "pjsip.conf", "user_agent = PBX", "", at="[global]"),
    # the dialplan
    *(
        dialplan("AST501", step)
        for step in (
            "Read(NUMBER,prompt,16)",
            "WaitExten(5)",
            'ExecIf($["${A}"="1"]?Read(N,prompt))',
            "DISA(no-password)",
        )
    ),
    *(
        dialplan("AST502", step)
        for step in ("MixMonitor(x.wav)", "ChanSpy(PJSIP/7)", "Queue(sales)", "VoiceMail(100)")
    ),
    dialplan("AST503", "SayDigits(${EXTEN})"),
    *(dialplan("AST504", step) for step in ("Set(CARD_NUMBER=${X})", "Set(__pan=${X})", "MSet(A=1,cvv2=${B})")),
    dialplan("AST505", "Set(FRAME_DROP(TX)=DTMF_BEGIN)"),
    dialplan("AST506", "AGI(pay.py)"),
    dialplan("AST507", "Dial(PJSIP/agent,20)"),
    added("AST508", "extensions.conf", "switch => Realtime"),
    replaced("AST511", "features.conf", "blindxfer =", "", at="[featuremap]"),
    replaced("AST511", "features.conf", "atxfer =", "atxfer = *2"),
    added("AST511", "features.conf", "[applicationmap]", "note => *9,self,NoOp"),
    added("AST512", "stasis.conf", "[declined_message_types]", "decline = ast_channel_dtmf_end_type"),
    # the modules
    replaced("AST601", "modules.conf", "autoload = no", "autoload = yes"),
    replaced("AST602", "modules.conf", "noload = bridge_native_rtp.so", "", at="[modules]"),
    replaced("AST602", "modules.conf", "noload = bridge_native_rtp.so", "load = bridge_native_rtp"),
    *(
        added("AST603", "modules.conf", f"load = {module}")
        for module in ("app_read.so", "app_dtmfstore", "app_disa.so")
    ),
    *(
        added("AST604", "modules.conf", f"load = {module}")
        for module in (
            "app_mixmonitor.so",
            "app_chanspy",
            "app_voicemail_odbc.so",
            "res_ari_recordings.so",
            "app_queue",
        )
    ),
    *(
        added("AST605", "modules.conf", f"preload = {module}")
        for module in ("res_hep_pjsip.so", "res_pjsip_history.so")
    ),
    added("AST606", "modules.conf", "require = func_frame_drop.so"),
    *(added("AST607", "modules.conf", f"load = {module}") for module in ("cdr_csv.so", "cel_custom.so")),
    *(
        added("AST608", "modules.conf", f"load => {module}")
        for module in ("chan_iax2.so", "chan_sip.so", "res_agi.so")
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.code}-{fault.file}-{fault.after.split()[-1:]}")
def test_a_planted_fault_is_the_only_finding_and_has_its_line(fault: Fault, tmp_path: Path) -> None:
    etc = rendered(tmp_path)
    if fault.trunk:
        plant(etc, "pjsip.conf", SHIPPED, TRUNK)
    plant(etc, fault.file, fault.before, fault.after)
    [finding] = found(etc)
    assert finding.rule.code == fault.code
    assert finding.place.file == etc / fault.file
    assert finding.place.line == line_of(etc / fault.file, fault.place)


def test_the_faults_are_many_and_of_every_family() -> None:
    assert len(FAULTS) >= 40
    assert {fault.code[:4] for fault in FAULTS} == {f"AST{family}" for family in range(7)}


def test_a_good_trunk_is_no_finding(tmp_path: Path) -> None:
    etc = rendered(tmp_path)
    plant(etc, "pjsip.conf", SHIPPED, TRUNK)
    assert found(etc) == []


def test_a_trunk_beside_the_endpoint_for_everybody_opens_that_one_too(tmp_path: Path) -> None:
    etc = rendered(tmp_path)
    plant(etc, "pjsip.conf", "", TRUNK + "\ndirect_media = no\nallow_transfer = no\nallow_subscribe = no")
    assert {finding.rule.code for finding in found(etc)} == {"AST421", "AST428"}


def test_a_fault_in_an_included_file_is_named_there(tmp_path: Path) -> None:
    etc = rendered(tmp_path)
    (etc / "more").mkdir(mode=0o700)
    plant(etc, "more/50-debug.conf", "", "[logfiles](+)\nfull => notice,dtmf")
    plant(etc, "logger.conf", "", '#include "more/*.conf"')
    [finding] = found(etc)
    assert (finding.rule.code, finding.place.file.name, finding.place.line) == ("AST201", "50-debug.conf", 3)


@pytest.mark.parametrize(
    ("name", "mode", "code"),
    [("ari.conf", 0o644, "AST005"), ("rtp.conf", 0o660, "AST004"), ("", 0o777, "AST004"), ("more", 0o720, "AST004")],
)
def test_a_file_or_folder_that_others_may_use_is_named(tmp_path: Path, name: str, mode: int, code: str) -> None:
    etc = rendered(tmp_path)
    if name == "more":
        (etc / name).mkdir()
        plant(etc, "more/a.conf", "", "; nothing")
        plant(etc, "rtp.conf", "", "#include more/a.conf")
    (etc / name).chmod(mode)
    [finding] = found(etc)
    assert (finding.rule.code, finding.place.file, finding.place.line) == (code, etc / name, 0)
