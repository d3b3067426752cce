"""pci.toml: what the operator sets. Paths in it are relative to the file itself."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from pci.contract import Identifier, Language
from pci.errors import ConfigError, KeyFileExposed
from pci.keys import read_private

_MOST_BYTES: Final = 64 * 1024
_SOCKET_PATH: Final = 107  # bytes that Linux allows


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    return Path(info.context or ".") / path


def _secret(value: object, info: ValidationInfo) -> str:
    """The one line of a private file."""
    if not isinstance(value, str):
        raise ValueError("must be the path of the file that holds the secret")
    path = _beside_the_file(Path(value), info)
    try:
        text = read_private(path).decode().strip()
    except KeyFileExposed:
        raise ValueError(f"{path} is not private: it must belong to this user; run `chmod 600 {path}`") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ValueError(f"{path} cannot be read: {reason}") from None
    if not text.isprintable() or not text:
        raise ValueError(f"{path} must hold the secret on one line and nothing else")
    return text


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password):
        raise ValueError("must be an address without a login, such as http://127.0.0.1:8088")
    return url


def fits_a_socket(path: Path) -> Path:
    """The path of a unix socket, which has a length that Linux allows."""
    if len(bytes(path)) > _SOCKET_PATH:
        raise ValueError(f"the path of the socket is too long: Linux allows {_SOCKET_PATH} bytes")
    return path


Location = Annotated[Path, AfterValidator(_beside_the_file)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]
OptionalAddress = Annotated[str, AfterValidator(_origin)]
Address = Annotated[OptionalAddress, Field(min_length=1)]


class Section(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt setting must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AsteriskSettings(Section):
    """Asterisk's REST interface, and the card side's own login and Stasis application there."""

    url: Address
    app: Identifier = "pci"
    username: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    password: Secret = Field(alias="password_file")


class ProcessorSettings(Section):
    """Who charges the cards. `timeout` is how long a caller waits for the bank, in seconds."""

    name: Literal["simulator", "stripe"]
    url: OptionalAddress = ""
    api_key: Secret = Field(alias="api_key_file")
    timeout: float = Field(default=30.0, ge=1, le=60)

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.name == "simulator" and not self.url:
            raise ValueError("the simulator needs its url: `python -m pci simulator` prints it")
        return self


class SpeechSettings(Section):
    """What callers say is heard with `models`, by language; the shipped ones need no mention.

    `threads` recognise, for at most `listeners` callers at a time; 0 hears nobody.
    """

    models: dict[Language, Location] = {}
    threads: int = Field(default=2, ge=1, le=64)
    listeners: int = Field(default=20, ge=0, le=1000)


class Settings(Section):
    """The card side's settings. `allowed_uids` may use the socket; none given means this process's own user.

    A card that callers had kept, and that was not charged for `forget_after_days`, is destroyed.
    """

    socket: Location
    database: Location
    key_file: Location
    audit: Location = Field(default=Path("audit"), validate_default=True)
    sounds: Location
    asterisk: AsteriskSettings
    processor: ProcessorSettings
    speech: SpeechSettings = SpeechSettings()
    allowed_uids: frozenset[Annotated[int, Field(ge=0)]] = frozenset()
    forget_after_days: int = Field(default=400, ge=1, le=3650)

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        fits_a_socket(self.socket)
        if not self.sounds.is_dir():
            raise ValueError(f"the folder of sounds is not there: {self.sounds}")
        return self


_Kind = TypeVar("_Kind", bound=Section)


def load(path: Path) -> Settings:
    """The settings in pci.toml; `ConfigError` names every problem and never a secret."""
    return read(path, Settings)


def read(path: Path, kind: type[_Kind]) -> _Kind:
    """The settings in a file; `ConfigError` names every problem and never a secret."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if len(text) > _MOST_BYTES:
        raise ConfigError(f"{path}: larger than {_MOST_BYTES // 1024} KiB: this is no settings file")
    try:
        return kind.model_validate(tomllib.loads(text.decode()), context=path.resolve().parent)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    except ValidationError as error:
        raise ConfigError(
            *(f"{path}: {_sentence(problem, _names(kind))}" for problem in error.errors(include_input=False))
        ) from None


def _sentence(problem: object, names: set[str]) -> str:
    match problem:
        case {"type": "missing", "loc": tuple() as places}:
            return f"{'.'.join(map(str, places))}: is missing; write {places[-1]} = …"
        case {"type": "extra_forbidden", "loc": tuple() as places}:
            return f"{'.'.join(map(str, places))}: there is no such setting{_meant(str(places[-1]), names)}"
        case {"loc": tuple() as places, "msg": str() as message}:
            where = ".".join(map(str, places))
            message = message.removeprefix("Value error, ").partition(", unable")[0]
            message = message.replace("Input should be", "must be")
            return f"{where}: {message}" if where else message
    return "cannot be used"


def _names(kind: type[BaseModel]) -> set[str]:
    """The settings of a section and of those in it."""
    names = {info.alias or name for name, info in kind.model_fields.items()}
    parts = [info.annotation for info in kind.model_fields.values()]
    return names.union(*(_names(part) for part in parts if isinstance(part, type) and issubclass(part, BaseModel)))


def _meant(word: str, names: set[str]) -> str:
    near = get_close_matches(word, sorted(names), n=1)
    return f"; did you mean {near[0]}?" if near else "; remove it"
