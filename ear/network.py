"""The network: a small TDNN-F, which sees 0.4 s back and 0.2 s ahead and gives a score per state every 30 ms.

Each block narrows what it sees at two times, widens it again from two times, and adds its input, as Kaldi's recipes
do. Batch normalisation stands before the rectifier, so that it folds into the affine part when the model is written.
"""

from __future__ import annotations

from typing import Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ear.features import COEFFICIENTS
from ear.graphs import OUTPUT_COUNT

WIDTH: Final = 320
NARROW: Final = 80
FIRST: Final = 3  # the first layer sees so many frames of 10 ms to either side
STRIDE: Final = 3  # frames of 10 ms per output
BACK: Final = (1, 1, 1, 1, 2, 2, 3, 3)  # how far each block looks back, in outputs
AHEAD: Final = (1, 1, 1, 1, 1, 0, 0, 0)  # and ahead
DROPPED: Final = 0.1
BYPASS: Final = 0.66  # how much of a block's input is added to what it gives

LEFT: Final = FIRST + STRIDE * sum(BACK)
RIGHT: Final = FIRST + STRIDE * sum(AHEAD)

Matrix = NDArray[np.float64]


class Block(nn.Module):
    """One narrowing and widening; gives `back + ahead` outputs fewer than it takes."""

    def __init__(self, back: int, ahead: int) -> None:
        super().__init__()
        self.back, self.ahead = back, ahead
        self.narrow = nn.Linear(2 * WIDTH, NARROW, bias=False)
        self.widen = nn.Linear(2 * NARROW if ahead else NARROW, WIDTH)
        self.norm = nn.BatchNorm1d(WIDTH)

    def forward(self, seen: Tensor) -> Tensor:
        """Batch, time, width."""
        given = self.narrow(beside(seen, self.back))
        given = self.widen(beside(given, self.ahead) if self.ahead else given)
        given = torch.relu(normed(self.norm, given))
        given = functional.dropout(given, DROPPED, self.training)
        return cast(Tensor, given + BYPASS * seen[:, self.back : seen.shape[1] - self.ahead])


def beside(seen: Tensor, distance: int) -> Tensor:
    """Each time together with the one `distance` later."""
    return torch.cat([seen[:, :-distance], seen[:, distance:]], -1)


def normed(norm: nn.BatchNorm1d, seen: Tensor) -> Tensor:
    """Normalised over batch and time."""
    return cast(Tensor, norm(seen.flatten(0, 1))).view_as(seen)


class Network(nn.Module):
    """`mean` and `scale` bring the coefficients to a like size; they are set once, from some of the corpus."""

    mean: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(COEFFICIENTS))
        self.register_buffer("scale", torch.ones(COEFFICIENTS))
        self.first = nn.Linear(COEFFICIENTS * (2 * FIRST + 1), WIDTH)
        self.norm = nn.BatchNorm1d(WIDTH)
        self.blocks = nn.ModuleList(Block(back, ahead) for back, ahead in zip(BACK, AHEAD, strict=True))
        self.last = nn.Linear(WIDTH, OUTPUT_COUNT)

    def forward(self, features: Tensor) -> Tensor:
        """Scores [batch, outputs in time, states] of features [batch, frames, coefficients] padded by `padded`."""
        seen = (features - self.mean) * self.scale
        windows = seen.unfold(1, 2 * FIRST + 1, STRIDE).transpose(2, 3).flatten(2)
        seen = torch.relu(normed(self.norm, self.first(windows)))
        for block in self.blocks:
            seen = block(seen)
        return cast(Tensor, self.last(seen))


def padded(features: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """With the first frame repeated before it, and the last behind it, up to `frames`, as Kaldi does."""
    behind = RIGHT + frames - len(features)
    return np.concatenate([np.repeat(features[:1], LEFT, 0), features, np.repeat(features[-1:], behind, 0)])


def outputs_of(frames: int) -> int:
    """How many outputs there are for so many frames."""
    return -(-frames // STRIDE)


class Affine:
    """A layer as Kaldi has it: weights over the appended times `offsets` (frames of 10 ms), and a bias."""

    def __init__(self, layer: nn.Linear, offsets: tuple[int, ...], norm: nn.BatchNorm1d | None = None) -> None:
        self.weights: Matrix = _numbers(layer.weight)
        self.bias: Matrix = np.zeros(len(self.weights)) if layer.bias is None else _numbers(layer.bias)
        self.offsets = offsets
        if norm is not None:
            gain = _numbers(norm.weight) / np.sqrt(_numbers(cast(Tensor, norm.running_var)) + norm.eps)
            self.weights = self.weights * gain[:, None]
            self.bias = (self.bias - _numbers(cast(Tensor, norm.running_mean))) * gain + _numbers(norm.bias)

    def after(self, mean: Matrix, scale: Matrix) -> Affine:
        """The same, for an input that is not yet normalised."""
        times = len(self.offsets)
        self.weights = self.weights * np.tile(scale, times)
        self.bias = self.bias - self.weights @ np.tile(mean, times)
        return self


def affines(network: Network) -> tuple[Affine, list[tuple[Affine, Affine]], Affine]:
    """The first layer, the two of each block, and the last, with all normalisation folded in."""
    first = Affine(network.first, tuple(range(-FIRST, FIRST + 1)), network.norm)
    first.after(_numbers(network.mean), _numbers(network.scale))
    blocks = []
    for block in cast("list[Block]", list(network.blocks)):
        narrow = Affine(block.narrow, (-STRIDE * block.back, 0))
        widen = Affine(block.widen, (0, STRIDE * block.ahead) if block.ahead else (0,), block.norm)
        blocks.append((narrow, widen))
    return first, blocks, Affine(network.last, (0,))


def _numbers(values: Tensor) -> Matrix:
    return values.detach().numpy().astype(np.float64)
