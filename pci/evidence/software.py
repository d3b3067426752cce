"""What software runs here: versions, and the bill of materials (CycloneDX) of everything that is installed."""

from __future__ import annotations

import json
import platform
import re
import ssl
import tomllib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from pci.evidence.facts import Component, Host, Versions
from pci.evidence.proc import PROC

PRODUCT: Final = "tonewall"
_MOST_LICENCE: Final = 120  # some packages put the whole text of their licence there
_MOST_SETTING: Final = 4096


def versions(asterisk: str) -> Versions:
    """The versions of what runs; `asterisk` is what it says of itself."""
    return Versions(
        tonewall=_product_version(),
        python=platform.python_version(),
        openssl=ssl.OPENSSL_VERSION,
        kernel=f"{platform.system()} {platform.release()}",
        asterisk=asterisk,
    )


def _product_version() -> str:
    try:
        return metadata.version(PRODUCT)
    except metadata.PackageNotFoundError:
        return _version_of_the_source_tree()


def _version_of_the_source_tree() -> str:
    try:
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        return "unknown"
    return f"{project['version']} (source tree)"


def host(folder: Path = PROC) -> Host:
    """What the kernel is set to."""
    return Host(
        core_pattern=_setting(folder / "sys/kernel/core_pattern"),
        ptrace_scope=_setting(folder / "sys/kernel/yama/ptrace_scope"),
        swap_areas=max(0, len(_setting(folder / "swaps").splitlines()) - 1),
    )


def _setting(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_SETTING).decode(errors="replace").strip()
    except OSError:
        return ""


def installed() -> tuple[Component, ...]:
    """Every Python package that this interpreter can import, by name."""
    found = {}
    for package in metadata.distributions():
        fields = package.metadata
        name = re.sub(r"[-_.]+", "-", fields["Name"]).lower()
        found[name] = Component(name, package.version, _licence(fields), f"pkg:pypi/{name}@{package.version}")
    return tuple(found[name] for name in sorted(found))


def _licence(fields: metadata.PackageMetadata) -> str:
    classified = [line.rpartition(" :: ")[2] for line in fields.get_all("Classifier") or () if "License ::" in line]
    said = (*(fields.get_all("License-Expression") or ()), "; ".join(classified), *(fields.get_all("License") or ()))
    return next((text for text in said if text and len(text) <= _MOST_LICENCE and "\n" not in text), "")


def beneath(running: Versions) -> tuple[Component, ...]:
    """What is not a Python package: interpreter, OpenSSL, Asterisk; each as it says of itself."""
    openssl = running.openssl.split()[1] if len(running.openssl.split()) > 1 else running.openssl
    named = (
        ("asterisk", running.asterisk, "GPL-2.0-only"),
        ("openssl", openssl, "Apache-2.0"),
        ("python", running.python, "PSF-2.0"),
    )
    return tuple(
        Component(name, version, licence, f"pkg:generic/{name}@{version}")
        for name, version, licence in named
        if version
    )


def bill_of_materials(running: Versions, components: Iterable[Component], made: float) -> str:
    """The bill of materials as a CycloneDX 1.6 document (JSON)."""
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(made, UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "name": PRODUCT, "version": running.tonewall, "bom-ref": PRODUCT},
        },
        "components": [_entry(component) for component in components],
    }
    return json.dumps(document, indent=2) + "\n"


def _entry(component: Component) -> dict[str, object]:
    entry: dict[str, object] = {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
    }
    return entry | ({"licenses": [{"license": {"name": component.licence}}]} if component.licence else {})
