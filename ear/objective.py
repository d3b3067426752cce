"""What training makes greater: the likelihood of what was said against that of everything (LF-MMI).

No alignment is needed: the states of the words are shared out over the time anew in every step. The derivative of a
graph's log-likelihood by a score is how often the state is passed through at that time, which `passed` counts by the
forward-backward algorithm in scaled probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ear.graphs import Said, everything

Step = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Graph:
    """A batch of graphs: the chances of starting and ending in each state, and how chances move on and back."""

    start: Tensor
    end: Tensor
    onward: Step
    back: Step


def passed(scores: Tensor, lengths: Tensor, graph: Graph) -> tuple[Tensor, Tensor]:
    """For scores [batch, time, state]: how often each is passed through, and the log-likelihood of the whole."""
    peak = scores.max(-1, keepdim=True).values
    chances = (scores - peak).exp()
    now, total, likelihood = graph.start * chances[:, 0], torch.zeros(len(scores), dtype=scores.dtype), None
    forward: list[Tensor] = []
    likelihood = torch.zeros_like(total)
    for time in range(scores.shape[1]):
        if time:
            now = graph.onward(now) * chances[:, time]
        size = now.sum(-1).clamp(min=1e-300)
        now = now / size[:, None]
        forward.append(now)
        total = total + size.log() + peak[:, time, 0]
        ended = total + (now * graph.end).sum(-1).clamp(min=1e-300).log()
        likelihood = torch.where(lengths == time + 1, ended, likelihood)
    occupied = torch.zeros_like(scores)
    ahead = torch.zeros_like(now)
    for time in reversed(range(scores.shape[1])):
        ahead = torch.where((lengths == time + 1)[:, None], graph.end.expand_as(ahead), ahead)
        through = forward[time] * ahead
        occupied[:, time] = through / through.sum(-1, keepdim=True).clamp(min=1e-300)
        behind = graph.back(ahead * chances[:, time])
        ahead = behind / behind.sum(-1, keepdim=True).clamp(min=1e-300)
    return occupied, likelihood


class Objective:
    """Holds the graph of everything."""

    def __init__(self) -> None:
        graph = everything()
        start, steps, end = (torch.tensor(np.exp(row)) for row in (graph.start, graph.steps, graph.end))
        steps32 = steps.float()
        self._all = Graph(
            start,
            end,
            lambda now: (now.float() @ steps32).double(),
            lambda ahead: (ahead.float() @ steps32.T).double(),
        )

    def __call__(self, scores: Tensor, lengths: Tensor, graphs: Sequence[Said]) -> tuple[Tensor, Tensor]:
        """The derivative by each score, and by how much everything was likelier than what was said, per utterance."""
        exact = scores.detach().double()
        everywhere, all_likelihood = passed(exact, lengths, self._all)
        outputs, graph = _batch(graphs)
        places = outputs[:, None, :].expand(-1, scores.shape[1], -1)
        here, said_likelihood = passed(exact.gather(2, places), lengths, graph)
        derivative = torch.zeros_like(exact).scatter_add_(2, places, here) - everywhere
        return derivative.float(), said_likelihood - all_likelihood


def _batch(graphs: Sequence[Said]) -> tuple[Tensor, Graph]:
    """The outputs of the states, and the chains side by side."""
    longest = max(len(graph.outputs) for graph in graphs)

    def rows(name: str) -> Tensor:
        filled = np.zeros((len(graphs), longest))
        for row, graph in zip(filled, graphs, strict=True):
            row[: len(graph.outputs)] = np.exp(getattr(graph, name))
        return torch.tensor(filled)

    outputs = torch.zeros(len(graphs), longest, dtype=torch.long)
    for number, graph in enumerate(graphs):
        outputs[number, : len(graph.outputs)] = torch.as_tensor(graph.outputs)
    onward, over, again = rows("onward"), rows("over"), rows("again")

    def forward(now: Tensor) -> Tensor:
        moved = now.clone()
        moved[:, 1:] += now[:, :-1] * onward[:, 1:]
        moved[:, 2:] += now[:, :-2] * over[:, 2:]
        moved[:, :-1] += now[:, 1:] * again[:, :-1]
        return moved

    def backward(ahead: Tensor) -> Tensor:
        moved = ahead.clone()
        moved[:, :-1] += ahead[:, 1:] * onward[:, 1:]
        moved[:, :-2] += ahead[:, 2:] * over[:, 2:]
        moved[:, 1:] += ahead[:, :-1] * again[:, :-1]
        return moved

    return outputs, Graph(rows("start"), rows("end"), forward, backward)
