"""Real SIP phones written by others, each a process of its own, behind one small protocol."""

from __future__ import annotations

from collections.abc import Mapping

from stack.phones.baresip import open_baresip
from stack.phones.phone import Opener, Phone
from stack.phones.pjsua2 import open_pjsua2
from stack.phones.sipp import open_sipp

PHONES: Mapping[str, Opener] = {"pjsua2": open_pjsua2, "sipp": open_sipp, "baresip": open_baresip}

__all__ = ["PHONES", "Opener", "Phone", "open_baresip", "open_pjsua2", "open_sipp"]
