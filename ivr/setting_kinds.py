"""The kinds of values that settings have: paths beside the file, secrets in files of their own, addresses."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationInfo
from pydantic_core import PydanticCustomError

_MOST_SECRET_BYTES = 4096
_LONGEST_SOCKET = 107


class Section(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt setting must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def problem(sentence: str) -> PydanticCustomError:
    """What is wrong with a value, and what to write."""
    # braces would be read as placeholders
    return PydanticCustomError("tonewall", "{sentence}", {"sentence": sentence})


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    # load() gives the folder; settings built without it are relative to where the process runs
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path


def _read_secret(value: object, info: ValidationInfo) -> str:
    """The first line of a file that only its owner may read."""
    if not isinstance(value, str) or not value:
        raise problem("is the path of the file that holds the secret")
    path = _beside_the_file(Path(value), info)
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise problem(f"others may read {path}: run `chmod 600 {path}`")
            secret = file.read(_MOST_SECRET_BYTES + 1)
    except OSError as error:
        raise problem(f"cannot read {path}: {error.strerror}") from None
    text = secret.decode("utf-8", "replace").strip()
    if not text or not text.isprintable() or len(secret) > _MOST_SECRET_BYTES:
        raise problem(f"{path} must hold the secret on one line and nothing else")
    return text


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise problem("is an address such as http://127.0.0.1:8088")
    if parts.username or parts.password:
        raise problem("must not hold a user name or a password: put them in their own settings")
    return url


def _without_slash(url: str) -> str:
    return url.rstrip("/")


def fits_a_socket(path: Path) -> Path:
    """The path, unless no socket can have it."""
    if len(bytes(path)) > _LONGEST_SOCKET:
        raise problem(f"is too long: the path of a socket has at most {_LONGEST_SOCKET} bytes")
    return path


def in_a_folder(path: Path) -> Path:
    """The path, if its folder is there."""
    if not path.parent.is_dir():
        raise problem(f"there is no folder {path.parent}: make it first")
    return path


Location = Annotated[Path, AfterValidator(_beside_the_file)]
SecretFile = Annotated[SecretStr, BeforeValidator(_read_secret)]
WebAddress = Annotated[str, AfterValidator(_address)]
ServerAddress = Annotated[WebAddress, AfterValidator(_without_slash)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
