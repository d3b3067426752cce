"""How cards leave this machine: where to, and what the other end has to prove."""

from __future__ import annotations

import ssl
from typing import Final
from urllib.parse import urlsplit

from pci.config import ProcessorSettings
from pci.evidence.facts import ProcessorLink

# where an adapter goes when the settings name no address
_ADDRESSES: Final = {"stripe": "https://api.stripe.com"}


def link(settings: ProcessorSettings) -> ProcessorLink:
    """The way to the processor. What is asked of certificates is read off the context that every connection gets."""
    parts = urlsplit(settings.url or _ADDRESSES.get(settings.name, ""))
    context = ssl.create_default_context()
    return ProcessorLink(
        name=settings.name,
        scheme=parts.scheme,
        host=parts.hostname or "",
        certificate_required=context.verify_mode is ssl.CERT_REQUIRED,
        host_name_checked=context.check_hostname,
        least_tls=context.minimum_version.name,
    )


def port_on_this_machine(settings: ProcessorSettings) -> int | None:
    """The port of a stand-in that runs here; None if the processor is elsewhere."""
    parts = urlsplit(settings.url)
    return parts.port if parts.hostname in ("127.0.0.1", "::1", "localhost") else None
