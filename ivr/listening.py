"""Where something of ours listens, as the settings say: with TLS, or on loopback only."""

from __future__ import annotations

import ipaddress
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from ivr.setting_kinds import Location, Section, problem

_LISTEN: Final = "is an address and a port, such as 127.0.0.1:8448"


class Listening(Section):
    """An address, and what TLS needs where others can reach it: nothing secret crosses a network in the clear."""

    listen: str = Field(max_length=60)
    certificate: Location | None = None
    key: Location | None = None

    @property
    def host(self) -> str:
        """The address to listen on."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on; 0: any that is free."""
        return int(self.listen.rpartition(":")[2])

    @field_validator("listen")
    @classmethod
    def _an_address(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            raise problem(_LISTEN) from None
        if not port.isdigit() or int(port) > 65535:
            raise problem(_LISTEN)
        return listen

    @model_validator(mode="after")
    def _nothing_in_the_clear(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise problem("needs both `certificate` and `key`, or neither")
        if self.certificate is None and not ipaddress.ip_address(self.host).is_loopback:
            raise problem(
                f"{self.host} can be reached by others, so it needs `certificate` and `key`;"
                " or listen on 127.0.0.1, behind a proxy that speaks TLS"
            )
        return self
