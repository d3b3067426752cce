"""What a running Asterisk says of itself over ARI: its version, its modules, where its log goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from asterisk_ari import AriError, AriLogin
from asterisk_ari.rest import Rest
from asterisk_ari.road import HttpRoad, open_session
from pci.errors import ConfigError

_SECONDS: Final = 10.0


class _System(BaseModel):
    version: str


class _Info(BaseModel):
    system: _System


class _Module(BaseModel):
    name: str
    status: str


class LogChannel(BaseModel):
    """Where the log goes, and the levels that go there."""

    channel: str
    configuration: str


@dataclass(frozen=True, slots=True)
class Live:
    """The running Asterisk: the modules that run in it, its log channels."""

    version: str
    modules: frozenset[str]
    logs: tuple[LogChannel, ...]


async def ask(login: AriLogin) -> Live:
    """Ask Asterisk; `ConfigError` says what kept it from answering."""
    try:
        async with open_session(login, _SECONDS) as session:
            rest = Rest(HttpRoad(session, login))
            info = _Info.model_validate(await rest.get("asterisk/info", only="system"))
            modules = TypeAdapter(list[_Module]).validate_python(await rest.get("asterisk/modules"))
            logs = TypeAdapter(tuple[LogChannel, ...]).validate_python(await rest.get("asterisk/logging"))
    except AriError as error:
        raise ConfigError(f"{login.base_url}: Asterisk was not asked: {error}") from None
    except ValidationError:
        raise ConfigError(f"{login.base_url}: what answers there is no Asterisk that we know") from None
    running = frozenset(module.name for module in modules if module.status == "Running")
    return Live(info.system.version, running, logs)
