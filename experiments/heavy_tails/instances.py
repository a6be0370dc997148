"""The instance of a problem that a seed draws: the same for all methods and rates."""

from dataclasses import dataclass

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor

from experiments.heavy_tails.descent import Problem
from experiments.heavy_tails.settings import (
    BigramSettings,
    LinearSoftmaxSettings,
    OneHotSettings,
)
from research.problems.bigram import LinearBigram, draw_targets
from research.problems.linear_softmax import LinearSoftmax, draw_features, grouped_labels
from research.problems.one_hot import OneHotSoftmax
from research.problems.zipf import groups_of, zipf
from research.reweighting import label_weights
from research.seeds import derive


@dataclass(frozen=True)
class Instance:
    """A problem at its start, and the groups of its classes.

    Attributes:
        problem: what is minimised.
        group: of each class, 0 for the most frequent ones, [C].
    """

    problem: Problem
    group: NDArray[numpy.int64]

    def by_group(self, losses: Tensor) -> Tensor:
        """Mean losses of each group, weighted by the frequencies in it: [..., C] -> [..., G]."""
        group = torch.from_numpy(self.group).to(losses.device)
        shares = self.problem.shares.to(losses)
        size = int(self.group.max()) + 1
        shape = (*losses.shape[:-1], size)
        sums = losses.new_zeros(shape).index_add_(-1, group, losses * shares)
        return sums / losses.new_zeros(size).index_add_(0, group, shares)


def draw_instance(
    settings: OneHotSettings | BigramSettings | LinearSoftmaxSettings,
    size: int,
    seed: int,
    device: torch.device,
) -> Instance:
    """The instance of a seed and a size, drawn on the processor, whatever the device."""
    generator = torch.Generator().manual_seed(derive(seed, "instance", size))
    if isinstance(settings, LinearSoftmaxSettings):
        features = draw_features(size, generator).to(device)
        problem = LinearSoftmax(features, grouped_labels(size).to(device), generator)
        return Instance(problem, numpy.repeat(numpy.arange(size), 2 ** numpy.arange(size)))
    frequencies = zipf(size, settings.exponent)
    group = groups_of(frequencies).of_class
    if isinstance(settings, OneHotSettings):
        return Instance(OneHotSoftmax(torch.from_numpy(frequencies).to(device)), group)
    kind = torch.float64 if settings.precision == "float64" else torch.float32
    contexts = torch.from_numpy(frequencies).to(device, kind)
    bigram = LinearBigram(contexts, draw_targets(contexts, settings.shared, generator))
    return Instance(_weighted(bigram, settings), group)


def _weighted(bigram: LinearBigram, settings: BigramSettings) -> LinearBigram:
    """The bigram with weights against the frequencies of contexts or of targets, if any."""
    if settings.weighted_by is None:
        return bigram
    if settings.weighted_by == "context":
        return bigram.weighted(label_weights(bigram.shares, settings.power).unsqueeze(1))
    frequencies = bigram.shares @ bigram.targets
    return bigram.weighted(label_weights(frequencies, settings.power))
