"""Fits of least norm to random features, one for each number of features or of images.

Both curves use the same parts: one QR factorisation for all sizes up to the square problem, Gram
matrices that grow beyond it, and singular values where neither is safe.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol

import torch
from torch import Tensor

from research.problems.minimum_norm import minimum_norm
from research.problems.nested_least_squares import MOST_LOST, Factor, factor, through_gram
from research.problems.random_features import RandomFeatures

Way = Literal["qr", "gram", "svd"]
WAYS: tuple[Way, ...] = ("qr", "gram", "svd")

BLOCK = 2000
"""Features that are computed at a time, at most."""
KEPT_BYTES = 2 * 2**30
"""Blocks of features are kept for the next size while they take no more than this."""


@dataclass(frozen=True)
class Fit:
    """One fitted model.

    Attributes:
        train: outputs for the images that it was fitted to, [n, k].
        test: outputs for the test images, [t, k].
        norm: Frobenius norm of the weights.
        live: features that are not zero on all of the training images.
        way: how it was solved.
        lost: relative error by rounding, where it was solved through a Gram matrix; else 0.
    """

    train: Tensor
    test: Tensor
    norm: float
    live: int
    way: Way
    lost: float = 0.0


class Fits(Protocol):
    """A curve: one fit for each count; a smaller count than the last one costs more."""

    def fit(self, count: int) -> Fit:
        """The fit of least norm for this many features, or training images."""


class FeatureFits:
    """Fits for growing numbers of features N of the same n images.

    A feature that is zero on all training images gets the weight zero from the least norm; it is
    left out before anything is solved, since it would make every matrix singular.

    Args:
        features: the random features.
        train: images, [n, d] float64; all tensors lie on the same device.
        targets: [n, k] float64.
        test: images, [t, d] float64.
        counts: all N that will be asked for. Sums are made in blocks that end at these, so that a
            run that starts in the middle ends with the same bits.
        kept_bytes: blocks are computed anew for each N where keeping them would take more.
    """

    def __init__(
        self,
        features: RandomFeatures,
        train: Tensor,
        targets: Tensor,
        test: Tensor,
        counts: Sequence[int],
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self.features = features
        self.images = train, test
        self.targets = targets
        edges = sorted({0, *counts, *range(0, max(counts), BLOCK)})
        self._edges = list(pairwise(edges))
        needed = 8 * max(counts) * (len(train) + len(test))
        self._keeps = needed <= kept_bytes
        self._kept: dict[tuple[int, int], Tensor] = {}
        self._live: dict[int, Tensor] = {}
        self._square: Factor | None = None
        self._gram = torch.zeros(())
        self._summed = 0

    def fit(self, count: int) -> Fit:
        """The fit to the first `count` features, which must be one of `counts`."""
        blocks = [index for index, (_, stop) in enumerate(self._edges) if stop <= count]
        live = sum(self._size(index) for index in blocks)
        inner, lost = self._inner(blocks) if live > len(self.targets) else (None, math.inf)
        if inner is None or lost > MOST_LOST:
            weights, way = self._weights(blocks, live)
            split = torch.split(weights, [self._size(index) for index in blocks])
            of_blocks = dict(zip(blocks, split, strict=True))
            return self._fitted(blocks, lambda index, _: of_blocks[index], live, way, 0.0)
        # The weights of a block are made where it is at hand: it is computed only once.
        return self._fitted(blocks, lambda _, seen: seen.mT @ inner, live, "gram", lost)

    def _fitted(
        self,
        blocks: Sequence[int],
        weights: Callable[[int, Tensor], Tensor],
        live: int,
        way: Way,
        lost: float,
    ) -> Fit:
        """What weights, a function of a block and its features, say of the images."""
        parts: list[Tensor] = []
        train = test = self.targets.new_zeros(())
        for index in blocks:
            seen = self._seen(index)
            parts.append(weights(index, seen))
            train, test = train + seen @ parts[-1], test + self._unseen(index) @ parts[-1]
        return Fit(train, test, float(torch.cat(parts).norm()), live, way, lost)

    def _inner(self, blocks: Sequence[int]) -> tuple[Tensor, float]:
        """X of Z Z' X = Y, from which the weights are Z' X, and what rounding has cost."""
        return through_gram(self._gram_of(blocks), self.targets)

    def _weights(self, blocks: Sequence[int], live: int) -> tuple[Tensor, Way]:
        """Weights of the live features, without a Gram matrix."""
        examples = len(self.targets)
        if live <= examples:
            if self._square is None:
                self._square = factor(self._train(self._edges_to(examples))[:, :examples])
            if self._square.determines(live):
                return self._square.columns(live, self.targets), "qr"
            return minimum_norm(self._train(blocks), self.targets), "svd"
        matrix = self._train(blocks)
        wide = factor(matrix.mT)
        if wide.determines(examples):
            return wide.rows(examples, self.targets), "qr"
        return minimum_norm(matrix, self.targets), "svd"

    def _edges_to(self, live: int) -> list[int]:
        """The blocks that have this many live features, or all if they have fewer."""
        chosen, found = [], 0
        for index in range(len(self._edges)):
            if found >= live:
                break
            chosen.append(index)
            found += self._size(index)
        return chosen

    def _train(self, blocks: Sequence[int]) -> Tensor:
        """The live features of the training images, [n, live]."""
        return torch.cat([self._seen(index) for index in blocks], 1)

    def _gram_of(self, blocks: Sequence[int]) -> Tensor:
        """Z Z' over these blocks, [n, n]: what is summed already, and the blocks that follow."""
        if self._summed > len(blocks) or self._summed == 0:
            size = len(self.targets)
            self._gram, self._summed = self.targets.new_zeros(size, size), 0
        for index in blocks[self._summed :]:
            seen = self._seen(index)
            self._gram.addmm_(seen, seen.mT)
        self._summed = len(blocks)
        return self._gram

    def _size(self, index: int) -> int:
        """How many live features a block has."""
        if index not in self._live:
            self._seen(index)
        return int(self._live[index].sum())

    def _seen(self, index: int) -> Tensor:
        """Live features of a block, of the training images: [n, live]."""
        return self._block(index, 0)

    def _unseen(self, index: int) -> Tensor:
        """The same of the test images, [t, live]."""
        return self._block(index, 1)

    def _block(self, index: int, part: int) -> Tensor:
        if (index, part) in self._kept:
            return self._kept[index, part]
        values = self.features(self.images[part], *self._edges[index])
        if index not in self._live:
            self._live[index] = (values != 0).any(0)
        live = self._live[index]
        if not bool(live.all()):
            values = values[:, live]
        if self._keeps:
            self._kept[index, part] = values
        return values


class SampleFits:
    """Fits to growing numbers of training images n, with the same N features.

    Args:
        features: the random features.
        count: N.
        train: images, [largest n, d] float64; all tensors lie on the same device.
        targets: [largest n, k] float64.
        test: images, [t, d] float64.
        counts: all n that will be asked for; see `FeatureFits`.
    """

    def __init__(
        self,
        features: RandomFeatures,
        count: int,
        train: Tensor,
        targets: Tensor,
        test: Tensor,
        counts: Sequence[int],
    ) -> None:
        self.seen, self.unseen = (features(images, 0, count) for images in (train, test))
        self.targets = targets
        self._edges = list(pairwise(sorted({0, *counts})))
        self._square: Factor | None = None
        self._gram = torch.zeros(())
        self._summed = 0

    def fit(self, count: int) -> Fit:
        """The fit to the first `count` images, which must be one of `counts`."""
        seen = self.seen[:count]
        weights, way, lost = self._weights(seen, self.targets[:count])
        live = int((seen != 0).any(0).sum())
        return Fit(seen @ weights, self.unseen @ weights, float(weights.norm()), live, way, lost)

    def _weights(self, seen: Tensor, targets: Tensor) -> tuple[Tensor, Way, float]:
        examples, features = seen.shape
        if examples <= features:
            if self._square is None:
                self._square = factor(self.seen[:features].mT)
            if self._square.determines(examples):
                return self._square.rows(examples, targets), "qr", 0.0
            return minimum_norm(seen, targets), "svd", 0.0
        weights, lost = through_gram(self._gram_of(examples), seen.mT @ targets)
        if lost <= MOST_LOST:
            return weights, "gram", lost
        tall = factor(seen)
        if tall.determines(features):
            return tall.columns(features, targets), "qr", 0.0
        return minimum_norm(seen, targets), "svd", 0.0

    def _gram_of(self, examples: int) -> Tensor:
        """Z' Z over these images, [N, N]."""
        if self._summed > examples or self._summed == 0:
            size = self.seen.shape[1]
            self._gram, self._summed = self.targets.new_zeros(size, size), 0
        for start, stop in self._edges:
            if self._summed <= start and stop <= examples:
                self._gram.addmm_(self.seen[start:stop].mT, self.seen[start:stop])
        self._summed = examples
        return self._gram
