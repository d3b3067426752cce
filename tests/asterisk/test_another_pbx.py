"""A contact centre on a second Asterisk, with a plain queue, hands a caller in and gets them back with the result."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from ivr.pbx.settings import PbxSettings
from ivr.pbx.signed import GIVEN, signature_of_order, signature_of_result
from stack.asterisk import Instance, running
from stack.phones import open_pjsua2
from stack.ports import LOOPBACK
from stack.product import Plan, product
from tests.asterisk.paying import Listener, pay

pytestmark = pytest.mark.timeout(400)
KEY = "k" * 64
PBX = PbxSettings.model_construct(None, key=SecretStr(KEY), returns={"queue": "PJSIP/6000@centre"})
SETTINGS = """
[agents]
[queues.billing]
[pbxs.centre]
key_file = "centre.key"
[pbxs.centre.returns]
queue = "PJSIP/6000@centre"
"""
RESULT = ("Session", "Status", "Brand", "Last4", "Receipt", "Issued", "Signature")
MODULES = "app_dial app_stack app_verbose app_queue res_musiconhold res_pjsip_header_funcs".split()
ADDED = "".join(f" same => n,Set(PJSIP_HEADER(add,X-Tonewall-{name})=${{{name.upper()}}})\n" for name in GIVEN)
READ = " ".join(f"${{PJSIP_HEADER(read,X-Tonewall-{name})}}" for name in RESULT)
DIALPLAN = f"""
[callers]
exten => 5000,1,Answer()
 same => n,Dial(PJSIP/tonewall/sip:pay@{LOOPBACK}:${{PORT}},60,b(order^s^1))
[order]
exten => s,1,NoOp()
{ADDED} same => n,Return()
[from-tonewall]
exten => 6000,1,Log(NOTICE,back: {READ})
 same => n,Queue(desk,c,,,60)
[desk]
exten => 1,1,Answer()
 same => n,Wait(2)
"""
ENDPOINT = """
[{name}]
type = endpoint
context = {context}
disallow = all
allow = ulaw
dtmf_mode = rfc4733
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
aors = {name}
from_user = {ours}
{more}
[{name}]
type = aor
contact = sip:127.0.0.1:{port}
"""


def as_centre(etc: Path) -> None:
    """Amend a configuration to that of the contact centre."""
    with (etc / "modules.conf").open("a") as file:
        file.writelines(f"load = {name}.so\n" for name in MODULES)
    with (etc / "extensions.conf").open("a") as file:
        file.write(DIALPLAN)
    pjsip = (etc / "pjsip.conf").read_text().replace("context = incoming", "context = callers")
    theirs = ENDPOINT.format(name="tonewall", context="from-tonewall", ours="centre", more="", port=9)
    (etc / "pjsip.conf").write_text(pjsip + theirs)
    (etc / "queues.conf").write_text("[general]\n[desk]\nstrategy = ringall\nmember => Local/1@desk\n")


async def ordered(centre: Instance, port: int) -> None:
    """What the centre's own program does before it hands a caller in."""
    values = ["session-0001", "12540", "USD", "1000442", "queue", "charge", str(int(time.time()))]
    values.append(signature_of_order(PBX, values))
    for name, value in zip(("Port", *GIVEN), (str(port), *values), strict=True):
        await centre.cli(f"dialplan set global {name.upper()} {value}")


async def test_a_centre_hands_a_caller_in_and_gets_them_back_with_the_result(tmp_path: Path) -> None:
    (tmp_path / "product" / "ivr").mkdir(parents=True)
    (tmp_path / "product" / "ivr" / "centre.key").touch(mode=0o600)
    (tmp_path / "product" / "ivr" / "centre.key").write_text(KEY)
    listener = Listener()
    async with running(tmp_path / "centre", amend=as_centre) as centre:

        def as_ours(etc: Path) -> None:
            more = "set_var = TONEWALL_PBX=centre"
            with (etc / "pjsip.conf").open("a") as file:
                file.write(
                    ENDPOINT.format(
                        name="centre", context="handed-in", ours="tonewall", more=more, port=centre.sip_port
                    )
                )

        plan = Plan(
            tmp_path / "product",
            settings=SETTINGS,
            phones=("PJSIP/6000@centre",),
            amend=as_ours,
            listener=listener,
        )
        async with product(plan) as run, open_pjsua2(tmp_path / "caller", centre.sip_port) as caller:
            await ordered(centre, run.asterisk.sip_port)
            await pay(caller, listener, number="5000")
            (back,) = re.findall(r"back: (.+)", centre.log.read_text())
            *values, signature = back.split()
            assert values[:4] == ["session-0001", "approved", "visa", "1111"]
            assert signature == signature_of_result(PBX, values)
            assert "4111111111111111" not in centre.log.read_text()
