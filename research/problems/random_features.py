"""Random features of images: a linear model whose number of parameters can be any number.

Feature j is the same however many features there are, so that more of them contain fewer, and what
was computed for few can be reused for many. They are drawn on the processor, so that a GPU has the
same ones.
"""

import math
from typing import Literal

import torch
from torch import Tensor

from research.seeds import derive

Kind = Literal["fourier", "relu"]

CHUNK = 1000
"""Features that are drawn at a time."""
RECENT = 3
"""Chunks that are kept: training and test images ask for the same ones in turn."""


class RandomFeatures:
    """phi_j(x) = cos(<v_j, x> + b_j), or max(<v_j, x>, 0).

    Fourier: v ~ N(0, I / sigma^2), b uniform on a circle, so that the mean of 2 phi(x) phi(y) over
    many features is exp(-|x - y|^2 / (2 sigma^2)) (Rahimi and Recht, 2007). ReLU: v ~ N(0, I / d).

    Args:
        kind: which of the two.
        inputs: d, numbers of an x.
        sigma: the width of the Gaussian kernel, in units of x; ReLU features do not use it.
        seed: what they are drawn from.
    """

    def __init__(self, kind: Kind, inputs: int, sigma: float, seed: int) -> None:
        self.kind = kind
        self.inputs = inputs
        self.sigma = sigma
        self.seed = seed
        self._recent: dict[int, tuple[Tensor, Tensor]] = {}

    def __call__(self, x: Tensor, start: int, stop: int) -> Tensor:
        """Features start to stop - 1 of x, [n, d] float64: [n, stop - start], on its device."""
        directions, phases = (part.to(x.device) for part in self.drawn(start, stop))
        if self.kind == "relu":
            return (x @ directions.mT).relu_()
        return torch.addmm(phases, x, directions.mT).cos_()

    def drawn(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """What features start to stop - 1 are made of: v, [stop - start, d], and b, as many."""
        chunks = range(start // CHUNK, -(-stop // CHUNK))
        parts = [self._drawn(chunk) for chunk in chunks]
        chosen = slice(start - chunks[0] * CHUNK, stop - chunks[0] * CHUNK)
        directions, phases = (torch.cat(part)[chosen] for part in zip(*parts, strict=True))
        return directions, phases

    def _drawn(self, chunk: int) -> tuple[Tensor, Tensor]:
        if chunk not in self._recent:
            while len(self._recent) >= RECENT:
                del self._recent[next(iter(self._recent))]
            generator = torch.Generator().manual_seed(derive(self.seed, "random features", chunk))
            shape, kind = (CHUNK, self.inputs), torch.float64
            directions = torch.randn(shape, generator=generator, dtype=kind)
            phases = torch.rand(CHUNK, generator=generator, dtype=kind) * (2 * math.pi)
            directions /= self.sigma if self.kind == "fourier" else self.inputs**0.5
            self._recent[chunk] = directions, phases
        return self._recent[chunk]
