"""Where an Asterisk is found, real or fake, by those who write settings for it."""

from __future__ import annotations

from typing import Protocol


class AriPlace(Protocol):
    """An address of ARI, and its passwords."""

    @property
    def ari_url(self) -> str:
        """Its address, without the path /ari."""

    @property
    def http_port(self) -> int:
        """The port of that address."""

    @property
    def gate_password(self) -> str:
        """Of the user gate."""

    @property
    def pci_password(self) -> str:
        """Of the user pci."""
