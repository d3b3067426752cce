"""docs/reference/settings.md says what ivr.toml, pci.toml and gate.toml hold: every section, key and default."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel

from ivr import config as ivr
from ivr.agents import settings as agents
from ivr.agents.calling_hours import CallingHours
from ivr.console.settings import ConsoleSettings, SsoSettings
from ivr.desktop import settings as desktop
from ivr.pbx.settings import PbxSettings
from pci import config as pci
from pci.gate import config as gate
from tests.unit.reading_docs import has_default, keys_of, sections, table

PAGE = sections("reference/settings.md")
PLACES: dict[str, type[BaseModel]] = {
    "ivr.toml": ivr.Settings,
    "ivr.toml / [asterisk]": ivr.AsteriskSettings,
    "ivr.toml / [pci]": ivr.PciSettings,
    "ivr.toml / [sms]": ivr.SmsSettings,
    "ivr.toml / [sms.smpp]": ivr.SmppSettings,
    "ivr.toml / [sms.twilio]": ivr.TwilioSettings,
    "ivr.toml / [people.NAME]": ivr.PersonSettings,
    "ivr.toml / [agents]": agents.AgentsSettings,
    "ivr.toml / [queues.NAME]": agents.QueueSettings,
    "ivr.toml / [queues.NAME.callback_hours]": CallingHours,
    "ivr.toml / [alerts]": agents.AlertSettings,
    "ivr.toml / [apis.NAME]": ivr.ApiSettings,
    "ivr.toml / [email]": ivr.EmailSettings,
    "ivr.toml / [console]": ConsoleSettings,
    "ivr.toml / [console.sso]": SsoSettings,
    "ivr.toml / [pbxs.NAME]": PbxSettings,
    "ivr.toml / [desktop]": desktop.DesktopSettings,
    "ivr.toml / [desktop.webhooks.NAME]": desktop.WebhookSettings,
    "pci.toml": pci.Settings,
    "pci.toml / [asterisk]": pci.AsteriskSettings,
    "pci.toml / [processor]": pci.ProcessorSettings,
    "pci.toml / [speech]": pci.SpeechSettings,
    "gate.toml": gate.GateSettings,
    "gate.toml / [asterisk]": gate.AsteriskLogin,
    "gate.toml / [originate]": gate.OriginateSettings,
    "gate.toml / [phones]": gate.PhoneSettings,
}
SECTIONS = set("people apis asterisk pci sms smpp twilio email processor speech console sso originate phones".split())

SECTIONS |= {"agents", "alerts", "callback_hours", "desktop", "pbxs", "queues", "webhooks"}


def written(value: object) -> str:
    """A default as the tables have it."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return json.dumps(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f'{key} = "{words}"' for key, words in value.items()) + "}"
    return (
        {"": "empty", frozenset(): "[]"}.get(value, str(value)) if isinstance(value, str | frozenset) else str(value)
    )


@pytest.mark.parametrize("place", PLACES)
def test_given_a_section_then_its_keys_and_defaults_are_its_table(place: str) -> None:
    keys = {key: info for key, info in keys_of(PLACES[place]).items() if key not in SECTIONS}
    assert {key: row[0] for key, row in table(PAGE[place], "Key").items()} == {
        key: written(info.default) if has_default(info) else "needed" for key, info in keys.items()
    }


def test_given_the_page_then_it_has_these_sections_and_no_others() -> None:
    assert {name for name in PAGE if name} == set(PLACES)
