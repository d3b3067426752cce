"""Training: shows the network calls that are new every time, for so many minutes; goes on where it stopped."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, multiprocessing

from ear.examples import Examples, Material
from ear.features import Features
from ear.graphs import Said, said
from ear.network import Network, outputs_of, padded
from ear.objective import Objective

BATCH: Final = 12
POOL: Final = 8 * BATCH  # examples that are sorted by length together
WARM_UP: Final = 50  # steps
SMALLNESS: Final = 5e-4  # how much scores are held near zero
SAVE_EVERY: Final = 50  # steps

Batch = tuple[Tensor, Tensor, list[Said]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how boldly: the rate is `rate` until a share of the steps is done, then falls to a hundredth."""

    steps: int
    rate: float = 2e-3
    falling_from: float = 0.5
    seed: int = 1

    def rate_at(self, step: int) -> float:
        """The learning rate of a step."""
        left = (1 - step / self.steps) / (1 - self.falling_from)
        return self.rate * min(1.0, (step + 1) / WARM_UP, max(0.01, left))


def train(network: Network, material: Material, plan: Plan, checkpoint: Path) -> None:
    """Train, saving what there is to `checkpoint` as it goes; a checkpoint that exists is gone on from."""
    objective, first = Objective(), 0
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.01, betas=(0.9, 0.98))
    if checkpoint.is_file():
        state: dict[str, Any] = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        if "optimiser" in state:  # not in one that was made of a model
            optimiser.load_state_dict(state["optimiser"])
            first = state["step"]
    network.train()
    begun, average = time.monotonic(), float("nan")
    for step, (features, lengths, graphs) in enumerate(batches(material, plan.seed + first), start=first):
        for group in optimiser.param_groups:
            group["lr"] = plan.rate_at(step)
        scores = network(features)
        derivative, gap = objective(scores, lengths, graphs)
        share = 1 / float(lengths.sum())
        optimiser.zero_grad()
        scores.backward((2 * SMALLNESS / scores.shape[2] * scores.detach() - derivative) * share)  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        value = float(gap.sum()) * share
        average = value if average != average else 0.98 * average + 0.02 * value
        if (step + 1) % SAVE_EVERY == 0 or step + 1 >= plan.steps:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").rename(checkpoint)
            print(f"step {step + 1}, {time.monotonic() - begun:.0f} s, {average:.4f} a frame", flush=True)
        if step + 1 >= plan.steps:
            return


def load(checkpoint: Path) -> Network:
    """The network of a checkpoint."""
    network = Network()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])
    return network


def average(first: Path, second: Path) -> Network:
    """The network half way between two checkpoints of one training: steadier than either."""
    networks = load(first).state_dict(), load(second).state_dict()
    middle = Network()
    middle.load_state_dict(
        {
            name: (value + networks[1][name]) / 2 if value.is_floating_point() else value
            for name, value in networks[0].items()
        }
    )
    return middle


def normalise(network: Network, material: Material) -> None:
    """Set the network's idea of how loud each coefficient is, from some examples."""
    examples = Examples(material, 0)
    frames = np.concatenate([examples.one()[0] for _ in range(100)])
    network.mean.copy_(torch.tensor(frames.mean(0)))
    network.scale.copy_(torch.tensor(1 / frames.std(0)))


def batches(material: Material, seed: int) -> Iterator[Batch]:
    """Batches without end, made by another process while the network learns."""
    queue: multiprocessing.Queue[list[tuple[Features, tuple[str, ...]]]] = multiprocessing.get_context("spawn").Queue(
        6
    )
    process = multiprocessing.get_context("spawn").Process(target=_supply, args=(queue, material, seed), daemon=True)
    process.start()
    try:
        while True:
            yield batched(queue.get())
    finally:
        process.terminate()


def batched(examples: list[tuple[Features, tuple[str, ...]]]) -> Batch:
    """Examples side by side, padded to the longest."""
    longest = max(len(features) for features, _ in examples)
    features = torch.tensor(np.stack([padded(features, longest) for features, _ in examples]))
    lengths = torch.tensor([outputs_of(len(features)) for features, _ in examples])
    return features, lengths, [said(words) for _, words in examples]


def _supply(
    queue: multiprocessing.Queue[list[tuple[Features, tuple[str, ...]]]], material: Material, seed: int
) -> None:
    torch.set_num_threads(1)
    examples, dice = Examples(material, seed), random.Random(seed)
    while True:
        pool = sorted((examples.one() for _ in range(POOL)), key=lambda example: len(example[0]))
        parts = [pool[place : place + BATCH] for place in range(0, POOL, BATCH)]
        dice.shuffle(parts)
        for part in parts:
            queue.put(part)
