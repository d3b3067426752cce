"""One hunt: all canaries, all detectors, and how much was searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from proof.canary import Canary, heads
from proof.hum import sounds_of
from proof.hunt import recordings
from proof.hunt.arrays import Arrays
from proof.hunt.events import residue_in, streams_in
from proof.hunt.find import Find, Residue
from proof.hunt.labels import Labels
from proof.hunt.rtp import legs_in, packets_in
from proof.hunt.sequences import Sequences
from proof.hunt.tones import tones_in
from stack.leaks.forms import Form, forms_of, head_of, tails_of
from stack.leaks.places import Piece, bytes_as_pieces, file_as_pieces, files_under, memory_as_pieces, regions_of
from stack.leaks.search import Search

Bytes = bytes | bytearray
_MEMORIES: Final = {"memory", "core"}


class Hunt:
    """Looks for every one of `canaries` at once. One search at a time.

    `bytes_searched` counts by detector, `unread` names what could not be read, `residue` what lay in memories.
    """

    def __init__(self, canaries: Iterable[Canary]) -> None:
        canaries = list(canaries)
        self.bytes_searched: Counter[str] = Counter()
        self.unread: list[str] = []
        self.residue: list[Residue] = []
        self._search = Search(_forms(canaries))
        self._labels = Labels(canaries)
        self._arrays = Arrays(canaries)
        self._sequences = Sequences(canaries)

    def bytes(self, data: Bytes, where: str) -> list[Find]:
        """Every canary in `data`, in any encoding, also compressed."""
        return self._through("bytes", bytes_as_pieces(data, where))

    def process(self, pid: int) -> list[Find]:
        """Every canary in the memory, the arguments and the environment of a process.

        OSError if there is no such process, or if we may not trace it.
        """
        finds = []
        for name, what in (("cmdline", "arguments"), ("environ", "environment")):
            told = Path(f"/proc/{pid}/{name}").read_bytes()
            finds += self._through("memory", bytes_as_pieces(told, f"{what} of process {pid}"))
        memory = memory_as_pieces(pid, regions_of(pid), self.unread)
        return finds + self._through("memory", self._counting_residue(memory))

    def core(self, path: Path) -> list[Find]:
        """Every canary in a core file."""
        return self._through("core", self._counting_residue(file_as_pieces(path)))

    def folder(self, path: Path) -> list[Find]:
        """Every canary in the files under `path`. A file that cannot be read is named in `unread`."""
        finds = []
        for file in files_under(path):
            try:
                finds += self._through("files", file_as_pieces(file))
            except OSError as error:
                self.unread.append(f"{file}: {error.strerror}")
        return finds

    def events(self, stream: Bytes, where: str) -> list[Find]:
        """Every canary whose digits stand in `stream` one by one, in order: a digit per event or per line."""
        self.bytes_searched["events"] += len(stream)
        return [
            Find(found.canary, "events", where, f"digit by digit, {found.encoding}", keys.offsets[found.start])
            for keys in streams_in(bytes(stream))
            for found in self._sequences.found_in(keys.keys.decode("ascii"))
        ]

    def audio(self, path: Path) -> list[Find]:
        """Every DTMF tone in a recording, whole or a remnant; those that make up the number of a canary name it.

        Offsets are in milliseconds. What is not a recording, or of a kind that cannot be heard, is named in `unread`.
        """
        finds = []
        try:
            channels, rate = recordings.read(path)
        except ValueError as error:
            self.unread.append(str(error))
            return []
        for channel in channels:
            self.bytes_searched["audio"] += channel.nbytes
            tones = [(tone.key, tone.start) for tone in tones_in(channel, rate)]
            finds += self._keyed(tones, "audio", str(path), "tones")
        return finds

    def rtp(self, path: Path) -> list[Find]:
        """Every DTMF event and tone in the RTP packets of a pcap file, and the sound of spoken canaries.

        Offsets are in milliseconds, of sound in bytes. ValueError if it is no pcap file.
        """
        self.bytes_searched["rtp"] += path.stat().st_size
        finds = []
        for leg in legs_in(packets_in(path)):
            finds += self._keyed(leg.events, "rtp", str(path), "telephone events")
            samples = leg.samples()
            tones = [(tone.key, leg.began + tone.start) for tone in tones_in(samples, 8000)]
            finds += self._keyed(tones, "rtp", str(path), "tones")
            finds += self._through("rtp", bytes_as_pieces(samples.tobytes(), str(path)))
        return finds

    def _keyed(self, keys: list[tuple[str, int]], detector: str, where: str, what: str) -> list[Find]:
        """Canaries among keys with their times; each key that belongs to none is a find of its own."""
        finds, at = [], 0
        found = list(self._sequences.found_in("".join(key for key, _ in keys)))
        for keyed in found:
            finds += [Find(None, detector, where, f"{what}, lone", ms) for _, ms in keys[at : keyed.start]]
            finds.append(Find(keyed.canary, detector, where, f"{what}, {keyed.encoding}", keys[keyed.start][1]))
            at = keyed.end
        return finds + [Find(None, detector, where, f"{what}, lone", ms) for _, ms in keys[at:]]

    def _through(self, detector: str, pieces: Iterable[Piece]) -> list[Find]:
        finds: list[Find] = []

        def looked_at() -> Iterator[Piece]:
            for piece in pieces:
                self.bytes_searched[detector] += len(piece.data) - piece.again
                for canary, encoding, at in self._seen_in(piece, detector in _MEMORIES):
                    if piece.first <= at < piece.end:
                        finds.append(Find(canary, detector, piece.where, encoding, piece.base + at))
                yield piece

        for match in self._search.through(looked_at()):
            finds.append(Find(match.owner, detector, match.where, match.encoding, match.offset))
        return finds

    def _seen_in(self, piece: Piece, memory: bool) -> Iterator[tuple[int | None, str, int]]:
        for canary, at in self._labels.found_in(piece.data):
            yield canary, "security code", at
        for owner, at in self._arrays.found_in(piece.data) if memory else ():
            yield owner, "list of digits", at

    def _counting_residue(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        where, keys = "", ""
        for piece in pieces:
            where = piece.where
            keys += residue_in(piece)
            yield piece
        if keys:
            self.residue.append(Residue(where, len(keys), self._sequences.longest_in(keys)))


def _forms(canaries: Iterable[Canary]) -> Iterator[tuple[int | None, Form]]:
    for head in heads():
        yield from ((None, form) for form in head_of(head))
    for canary in canaries:
        card = canary.reveal()
        yield from ((canary.number, form) for form in (*forms_of(card.pan), *tails_of(card.pan)))
        yield canary.number, ("expiry#code", f"{card.expiry}#{card.cvv}".encode())
        yield from ((canary.number, form) for form in sounds_of(canary.hum))
