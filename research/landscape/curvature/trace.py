"""The trace of a matrix that is known by its products, with an error that is a real one."""

from dataclasses import dataclass

import torch
from torch import Tensor

from research.landscape.curvature.lanczos import Eigenpairs
from research.landscape.curvature.operator import SymmetricOperator, random_signs
from research.seeds import derive


@dataclass(frozen=True)
class Trace:
    """Independent estimates of a trace, one a probe.

    Attributes:
        samples: the estimates, [probes], float64.
    """

    samples: Tensor

    @property
    def mean(self) -> float:
        """The estimate; it is unbiased."""
        return float(self.samples.mean())

    @property
    def standard_error(self) -> float:
        """Of the mean, from the spread of the samples; NaN with a single probe."""
        count = len(self.samples)
        return float(self.samples.std()) / count**0.5 if count > 1 else float("nan")


def hutchinson(
    operator: SymmetricOperator,
    probes: int,
    seed: int = 0,
    deflated: Eigenpairs | None = None,
) -> Trace:
    """Estimates tr H = E[z^T H z] over random signs z (Hutchinson, 1990).

    The number of probes is fixed beforehand: who stops when the mean seems to stand still, stops
    at a place that chance has chosen, and the error is larger than it looks.

    With eigenpairs V at hand, their part is taken as known and the rest is estimated: tr H =
    tr V^T H V + E[y^T H y] with y = (I - V V^T) z. This is exact for any orthonormal V, so the
    estimate stays unbiased, and what is left spreads less (Meyer et al., 2021, arXiv:2010.09649).

    Args:
        operator: the matrix H.
        probes: how many z; each takes one product.
        seed: of the z.
        deflated: eigenpairs of H, or none. They must not depend on the z.
    """
    known = 0.0 if deflated is None else float(deflated.values.sum())
    samples = []
    for probe in range(probes):
        vector = random_signs(operator, derive(seed, "Hutchinson's probe", probe))
        if deflated is not None:
            vector = vector - deflated.vectors.T @ (deflated.vectors @ vector)
        samples.append(known + float(vector.double() @ operator.product(vector).double()))
    return Trace(torch.tensor(samples, dtype=torch.float64))
