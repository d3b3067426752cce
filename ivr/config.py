"""ivr.toml: every setting of the call side, checked before anything starts.

Paths are relative to the file. A secret is never in it: it names another file, which only its owner may read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ivr.agents.settings import AgentsSettings, AlertSettings, QueueSettings
from ivr.apis.api import Api
from ivr.console.settings import ConsoleSettings
from ivr.desktop.settings import DesktopSettings, WebhookSettings
from ivr.errors import ConfigError
from ivr.flow.outside import Outside
from ivr.flow.problems import instead_of
from ivr.flow.wording import known_keys
from ivr.pbx.settings import PbxSettings
from ivr.setting_kinds import (
    Location,
    Name,
    Port,
    SecretFile,
    Section,
    ServerAddress,
    fits_a_socket,
    in_a_folder,
    problem,
)

_MOST_BYTES = 64 * 1024
_OUTSIDE = r"[a-z][a-z0-9_-]{0,63}"
_ENDPOINT = r"[A-Za-z0-9]+/[A-Za-z0-9_.@:+/-]{1,200}"


def _named_in_flows(name: str) -> str:
    if not re.fullmatch(_OUTSIDE, name):
        raise problem("cannot be named in a flow: use small letters, digits and dashes, as in billing")
    return name


def _endpoint(address: str) -> str:
    if not re.fullmatch(_ENDPOINT, address):
        raise problem("is whom Asterisk calls, such as PJSIP/billing or PJSIP/+15551230000@trunk")
    return address


OutsideName = Annotated[str, AfterValidator(_named_in_flows)]


class AsteriskSettings(Section):
    """The socket of the gate before Asterisk, whose it is (by default our own user's), and our application."""

    gate: Annotated[Location, AfterValidator(fits_a_socket)]
    app: Name = "ivr"
    gate_uid: int | None = Field(default=None, ge=0)


class PciSettings(Section):
    """Where the card side listens, and how long it may take to answer a charge (seconds)."""

    socket: Annotated[Location, AfterValidator(fits_a_socket)]
    charge_timeout: float = Field(default=45.0, ge=1, le=120)


class SmppSettings(Section):
    """An SMS centre that speaks SMPP."""

    host: str = Field(min_length=1, max_length=253)
    port: Port
    system_id: Name
    password: SecretFile = Field(alias="password_file")


class TwilioSettings(Section):
    """An HTTP gateway that speaks Twilio's message API."""

    url: ServerAddress
    account_sid: Name
    auth_token: SecretFile = Field(alias="auth_token_file")


class SmsSettings(Section):
    """By which gateway texts go out, and from which number or name."""

    gateway: Literal["smpp", "twilio", "none"] = "none"
    sender: str = Field(default="", pattern=r"^(\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11})?$")
    smpp: SmppSettings | None = None
    twilio: TwilioSettings | None = None

    @model_validator(mode="after")
    def _gateway_is_described(self) -> Self:
        if self.gateway != "none" and getattr(self, self.gateway) is None:
            raise problem(f'gateway = "{self.gateway}" needs a section [sms.{self.gateway}]')
        if self.gateway != "none" and not self.sender:
            raise problem('needs a sender, such as sender = "+15551230000"')
        return self


class PersonSettings(Section):
    """A person, or several behind one address, to whom a flow may send a caller by the name of the section."""

    endpoint: Annotated[str, AfterValidator(_endpoint)]


class EmailSettings(Section):
    """The mail server that takes e-mails, and whom they come from."""

    host: str = Field(min_length=1, max_length=253)
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = Field(default="", max_length=200)
    password: SecretFile | None = Field(default=None, alias="password_file")
    sender: str = Field(max_length=254)
    sender_name: str = Field(default="", max_length=80)
    ca_file: Location | None = None


class ApiSettings(Section):
    """A merchant's API that a flow may ask by the name of the section."""

    url: str = Field(min_length=1, max_length=500)
    token: SecretFile | None = Field(default=None, alias="token_file")
    timeout: float = Field(default=3.0, gt=0, le=30)
    retries: int = Field(default=1, ge=0, le=5)
    most_bytes: int = Field(default=64 * 1024, ge=1024, le=1024 * 1024)
    allow_private: bool = False
    ca_file: Location | None = None

    @property
    def described(self) -> Api:
        """The same in the words of the adapter, which has rules of its own."""
        token = self.token.get_secret_value() if self.token else ""
        return Api(token=token, **self.model_dump(exclude={"token"}))

    @model_validator(mode="after")
    def _may_be_asked(self) -> Self:
        try:
            _ = self.described
        except ValueError as error:
            raise problem(str(error)) from None
        return self


class Settings(Section):
    """All of ivr.toml."""

    database: Annotated[Location, AfterValidator(in_a_folder)]
    flows: Location
    sounds: Location
    max_calls: int = Field(default=200, ge=1, le=10_000)
    stop_grace: float = Field(default=10.0, ge=0, le=300, description="seconds that calls may go on after SIGTERM")
    trace_days: int = Field(default=90, ge=0, le=3650, description="days that traces of calls are kept; 0: none is")
    asterisk: AsteriskSettings
    pci: PciSettings
    sms: SmsSettings = SmsSettings()
    email: EmailSettings | None = None
    console: ConsoleSettings | None = None
    desktop: DesktopSettings | None = None
    people: dict[OutsideName, PersonSettings] = Field(default_factory=dict)
    apis: dict[OutsideName, ApiSettings] = Field(default_factory=dict)
    agents: AgentsSettings | None = None
    pbxs: dict[OutsideName, PbxSettings] = Field(default_factory=dict)
    queues: dict[OutsideName, QueueSettings] = Field(default_factory=dict)
    alerts: AlertSettings = AlertSettings()

    @model_validator(mode="after")
    def _there_are_agents(self) -> Self:
        if self.queues and self.agents is None:
            raise problem("queues need agents: add a section [agents]")
        if self.desktop and self.agents is None:
            raise problem("desktop needs agents: add a section [agents]")
        return self

    @property
    def webhooks(self) -> Mapping[str, WebhookSettings]:
        """The programs that are told of news, by name."""
        return self.desktop.webhooks if self.desktop else {}

    @property
    def outside(self) -> Outside:
        """What flows may name."""
        return Outside(frozenset(self.people), frozenset(self.apis), frozenset(self.queues))


def load(path: Path) -> Settings:
    """The settings of `path`; ConfigError names the setting, what is wrong with it and what to write."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise ConfigError(f"{path}: is larger than {_MOST_BYTES // 1024} KiB; this is not an ivr.toml")
        values = tomllib.loads(text.decode("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}. Name another file with --config.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None
    try:
        return Settings.model_validate(values, context={"folder": path.resolve().parent})
    except ValidationError as error:
        lines = [f"{path}: {_sentence(detail)}" for detail in error.errors(include_url=False, include_input=False)]
        raise ConfigError("\n".join(lines)) from None


def _sentence(detail: ErrorDetails) -> str:
    place = [str(part) for part in detail["loc"] if part != "[key]"]
    name = ".".join(place) or "ivr.toml"
    match detail["type"]:
        case "missing":
            return f"{name}: is missing; write {name.rpartition('.')[2]} = …" + _where(name)
        case "extra_forbidden":
            known = known_keys(Settings, place[:-1])
            return f"{name}: is not a setting known here; {instead_of(place[-1], known)}"
        case _:
            said = detail["msg"].partition(", unable")[0].replace("Input should be", "must be")
            return f"{name}: {said}"


def _where(name: str) -> str:
    section = name.rpartition(".")[0]
    return f" in the section [{section}]" if section else ""
