"""What the product is given for the proof: two shipped flows, bills, and two more trunks in Asterisk."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from proof.caller import Call
from proof.switchboard import NUMBERS, SPOKEN_NUMBERS
from stack.product import ROOT

FLOWS = {"pay-invoice.yaml": NUMBERS, "pay-by-voice.yaml": SPOKEN_NUMBERS}
TRUNKS = ("inband", "info")  # beside the product's own, which takes RTP events
SILENCE = {"first_digit_timeout": "4s", "inter_digit_timeout": "3s"}  # shorter than shipped, or the proof takes long
USER = "proof"
_ENDPOINT = re.compile(r"^\[anonymous\]\n.*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Setting:
    """The inputs of a product, in `folder`; `password` is that of the ARI user `proof`, who minds the agents."""

    folder: Path
    password: str

    @property
    def flows(self) -> Path:
        """The folder with the flows."""
        return self.folder / "flows"

    @property
    def bills(self) -> Path:
        """The bills of all calls."""
        return self.folder / "bills.csv"

    def amend(self, etc: Path) -> None:
        """Add to Asterisk what other operators have: a trunk that sends tones, and one that sends SIP INFO."""
        pjsip = etc / "pjsip.conf"
        text = pjsip.read_text()
        endpoint = _ENDPOINT.search(text)
        assert endpoint  # noqa: S101 - the template has it
        for trunk in TRUNKS:
            more = endpoint[0].replace("[anonymous]", f"[{trunk}]")
            text += "\n" + more.replace("dtmf_mode = rfc4733", f"dtmf_mode = {trunk}")
        pjsip.write_text(text)
        append(etc / "modules.conf", "load = res_pjsip_dtmf_info.so\n")
        append(etc / "ari.conf", f"[{USER}]\ntype = user\npassword_format = plain\npassword = {self.password}\n")


def append(file: Path, text: str) -> None:
    """Add lines to a configuration file."""
    with file.open("a") as stream:
        stream.write(f"\n{text}")


def prepare(folder: Path, calls: Iterable[Call]) -> Setting:
    """Write the flows, for all numbers of the switchboard, and a bill for each call."""
    (folder / "flows").mkdir(parents=True, exist_ok=True)
    for name, lines in FLOWS.items():
        numbers = ", ".join(f'"{number}"' for number in lines)
        flow = re.sub(
            r"^answers: .*$", f"answers: [{numbers}]", (ROOT / "flows" / name).read_text(), flags=re.MULTILINE
        )
        for key, value in SILENCE.items():
            flow = re.sub(rf"{key}: \S+", f"{key}: {value}", flow)
        (folder / "flows" / name).write_text(flow)
    rows = (f"{call.account},INV-{call.account},{call.way.amount},USD,2030-01-01,+15550100123\n" for call in calls)
    (folder / "bills.csv").write_text("account,reference,amount,currency,due,mobile\n" + "".join(rows))
    return Setting(folder, secrets.token_urlsafe(16))
