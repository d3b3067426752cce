"""Read a model file again, am/final.mdl as `kaldi.acoustic_model` writes it: a network to go on training from.

The normalisations were folded into the weights when it was written; some examples bring them back, with no change to
what the network gives.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ear.features import COEFFICIENTS, Features
from ear.network import Block, Network, padded

_LAYER: Final = re.compile(rb"<ComponentName> (\S+) <FixedAffineComponent> <LinearParams> FM ")
_BIAS: Final = b"<BiasParams> FV "

Layer = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Weights and bias."""


def resumed(model: Path, examples: Sequence[Features]) -> Network:
    """The network of a model file. ValueError if it is cut off, or of another shape of network."""
    network = Network()
    with torch.no_grad():
        try:
            _fill(network, _layers(model.read_bytes()))
        except (KeyError, RuntimeError, ValueError, struct.error) as error:
            raise ValueError(f"{model} is no model of this network: {error}") from None
        _normalise(network, examples)
    return network


def _layers(file: bytes) -> dict[str, Layer]:
    found: dict[str, Layer] = {}
    for match in _LAYER.finditer(file):
        rows, columns = struct.unpack_from("<xixi", file, match.end())
        place = match.end() + 10
        weights = np.frombuffer(file, "<f4", rows * columns, place).reshape(rows, columns)
        place += weights.nbytes + len(_BIAS)
        (length,) = struct.unpack_from("<xi", file, place)
        found[match[1].decode()] = weights, np.frombuffer(file, "<f4", length, place + 5)
    return found


def _fill(network: Network, layers: dict[str, Layer]) -> None:
    _put(network.first, layers["first.affine"])
    for number, block in enumerate(cast("list[Block]", list(network.blocks)), start=1):
        _put(block.narrow, layers[f"b{number}.narrow"])
        _put(block.widen, layers[f"b{number}.widen"])
    _put(network.last, layers["last.affine"])
    for norm in _norms(network):
        norm.running_var = torch.full_like(cast(Tensor, norm.running_var), 1 - norm.eps)


def _put(linear: nn.Linear, layer: Layer) -> None:
    linear.weight.copy_(torch.tensor(layer[0]))
    if linear.bias is not None:
        linear.bias.copy_(torch.tensor(layer[1]))


def _normalise(network: Network, examples: Sequence[Features]) -> None:
    """Set what is normalised by, and take it out of the weights and gains again."""
    frames = np.concatenate(examples)
    mean, scale = torch.tensor(frames.mean(0)), torch.tensor(1 / frames.std(0))
    times = network.first.in_features // COEFFICIENTS
    network.first.bias += network.first.weight @ mean.repeat(times)
    network.first.weight /= scale.repeat(times)
    network.mean.copy_(mean)
    network.scale.copy_(scale)
    network.eval()
    for norm in _norms(network):
        seen: list[Tensor] = []
        hook = norm.register_forward_hook(lambda _norm, given, _made, seen=seen: seen.append(given[0]))
        for features in examples:
            network(torch.tensor(padded(features, len(features)))[None])
        hook.remove()
        middle, spread = torch.cat(seen).mean(0), torch.cat(seen).var(0)
        norm.running_mean, norm.running_var = middle, spread
        norm.weight.copy_((spread + norm.eps).sqrt())
        norm.bias.copy_(middle)


def _norms(network: Network) -> list[nn.BatchNorm1d]:
    return [network.norm, *(block.norm for block in cast("list[Block]", list(network.blocks)))]
