"""The programs behind the phones: unpacked into .tools/ from Debian packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack import archives, debian
from stack.errors import PhoneMissing

TOOLS = Path(__file__).resolve().parents[2] / ".tools"


@dataclass(frozen=True, slots=True)
class Program:
    """A program, the Debian package it is in, and what of that package's closure a phone call never loads."""

    name: str
    package: str
    unneeded: tuple[str, ...] = ()

    def folder(self, tools: Path = TOOLS) -> Path:
        """Where its package is unpacked."""
        return tools / self.package

    def command(self, tools: Path = TOOLS) -> tuple[str, ...]:
        """The words that start it; PhoneMissing if it was not unpacked."""
        if prefix := debian.opened(self.folder(tools)):
            return prefix.command(f"usr/bin/{self.name}")
        raise PhoneMissing(f"{self.name} is not in {self.folder(tools)}: run `make peers`")

    def obtain(self, tools: Path = TOOLS, say: debian.Say = print) -> tuple[str, ...]:
        """Its command; unpacked first, from the machine's own distribution or else from Debian sid, if need be."""
        try:
            return self.command(tools)
        except PhoneMissing:
            archive = archives.host_archive() if archives.host_version(self.package) else archives.debian("sid")
            debian.unpack((self.package,), self.folder(tools), archive, unneeded=self.unneeded, say=say)
            return self.command(tools)


# baresip's package pulls these in for modules that a call with plain sound does not load; names that the
# distribution does not know are passed over
VIDEO_AND_RARE_CODECS = (
    *("libgl1", "libgles2", "libglx0", "libx11-6", "libxext6", "libdrm2", "libdirectfb-1.7-7", "libpng16-16"),
    *("libcodec2-1.0", "libcodec2-1.2", "libspandsp2", "libspandsp2t64", "libvpx7", "libvpx12", "libtiff6"),
    *("libjack-jackd2-0", "libportaudio2", "libsndio7.0", "libmosquitto1", "libglib2.0-0t64", "libopenaptx0"),
)

PROGRAMS: Mapping[str, Program] = {
    "sipp": Program("sipp", "sip-tester"),
    "baresip": Program("baresip", "baresip-core", unneeded=VIDEO_AND_RARE_CODECS),
}
