"""Kaldi's binary format, as far as an acoustic model needs it: the file am/final.mdl."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ear.graphs import OUTPUT_COUNT
from ear.network import BYPASS, LEFT, RIGHT, WIDTH, Affine

STAY = 0.5  # the chance of a state to go on; the network's scores were trained without any, so all are alike


def acoustic_model(first: Affine, blocks: Sequence[tuple[Affine, Affine]], last: Affine) -> bytes:
    """The whole file: the states, the network, and no priors (the scores are likelihoods already)."""
    return b"\0B" + _states() + _network(first, blocks, last) + _priors()


def _states() -> bytes:
    """One kind of phone for all: a state with a loop. Phone n + 1 is the network's output n."""
    phones = range(1, OUTPUT_COUNT + 1)
    topology = _integers(phones) + _integers([-1] + [0] * OUTPUT_COUNT) + _integer(1) + _integer(2)
    topology += _integer(0) + _integer(2) + _integer(0) + _real(STAY) + _integer(1) + _real(1 - STAY) + _integer(-1)
    topology += _integer(0)
    triples = _integer(OUTPUT_COUNT) + b"".join(
        _integer(phone) + _integer(0) + _integer(phone - 1) for phone in phones
    )
    chances = _vector(np.array([0.0, *[np.log(STAY)] * (2 * OUTPUT_COUNT)]))
    parts = _within("Topology", topology) + _within("Triples", triples) + _within("LogProbs", chances)
    return _within("TransitionModel", parts)


def _network(first: Affine, blocks: Sequence[tuple[Affine, Affine]], last: Affine) -> bytes:
    lines = ["input-node name=input dim=40"]
    components: list[tuple[str, bytes]] = []

    def node(name: str, component: bytes, source: str) -> str:
        lines.append(f"component-node name={name} component={name} input={source}")
        components.append((name, component))
        return name

    seen = node("first.affine", _affine(first), _appended("input", first))
    seen = node("first.relu", _relu(), seen)
    for number, (narrow, widen) in enumerate(blocks, start=1):
        given = node(f"b{number}.narrow", _affine(narrow), _appended(seen, narrow))
        given = node(f"b{number}.widen", _affine(widen), _appended(given, widen))
        given = node(f"b{number}.relu", _relu(), given)
        seen = node(f"b{number}.sum", _nothing(), f"Sum(Scale({BYPASS}, {seen}), {given})")
    seen = node("last.affine", _affine(last), _appended(seen, last))
    lines.append(f"output-node name=output input={seen} objective=linear")
    parts = b"".join(_token("ComponentName") + _word(name) + component for name, component in components)
    text = "\n".join(lines).encode()
    return _within("Nnet3", b"\n" + text + b"\n\n" + _token("NumComponents") + _integer(len(components)) + parts)


def _priors() -> bytes:
    contexts = _token("LeftContext") + _integer(LEFT) + _token("RightContext") + _integer(RIGHT)
    return contexts + _token("Priors") + _vector(np.zeros(0))


def _appended(source: str, layer: Affine) -> str:
    times = [source if offset == 0 else f"Offset({source}, {offset})" for offset in layer.offsets]
    return f"Append({', '.join(times)})" if len(times) > 1 else times[0]


def _affine(layer: Affine) -> bytes:
    weights = _token("LinearParams") + _matrix(layer.weights) + _token("BiasParams") + _vector(layer.bias)
    return _within("FixedAffineComponent", weights)


def _relu() -> bytes:
    empty = _vector(np.zeros(0))
    parts = _token("Dim") + _integer(WIDTH) + _token("ValueAvg") + empty + _token("DerivAvg") + empty
    parts += _token("Count") + _double(0) + _token("OderivRms") + empty
    parts += b"".join(
        _token(name) + _double(0) for name in ("OderivCount", "NumDimsSelfRepaired", "NumDimsProcessed")
    )
    return _within("RectifiedLinearComponent", parts)


def _nothing() -> bytes:
    parts = _token("Dim") + _integer(WIDTH) + _token("BackpropScale") + _real(1.0)
    return _within("NoOpComponent", parts)


def _within(name: str, content: bytes) -> bytes:
    return _token(name) + content + _token(f"/{name}")


def _token(name: str) -> bytes:
    return f"<{name}> ".encode()


def _word(name: str) -> bytes:
    return f"{name} ".encode()


def _integer(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def _real(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def _double(value: float) -> bytes:
    return b"\x08" + struct.pack("<d", value)


def _integers(values: Sequence[int]) -> bytes:
    return _integer(len(values)) + np.asarray(values, "<i4").tobytes()


def _vector(values: NDArray[Any]) -> bytes:
    return b"FV " + _integer(len(values)) + np.asarray(values, "<f4").tobytes()


def _matrix(values: NDArray[Any]) -> bytes:
    rows, columns = values.shape
    return b"FM " + _integer(rows) + _integer(columns) + np.ascontiguousarray(values, "<f4").tobytes()
